"""The technical base of every service: small objects that a service calls; it knows no care word."""
