"""The technical base of every service: small objects that it calls; no care word is known here."""
