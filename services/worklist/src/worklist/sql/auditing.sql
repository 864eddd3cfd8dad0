-- hold_last_entry --
-- Gives the end of the chain and holds it, so that nobody else adds until this is committed.
SELECT position, seal
  FROM audit_end
   FOR UPDATE;

-- add_entry --
-- Adds an entry to the audit and makes it the end of the chain.
WITH ended AS (
     UPDATE audit_end SET position = $1::bigint, seal = $2::bytea)
INSERT INTO audit_entries (position, seal, at, subject, name, role, source, action, allowed, alert,
                           patients, transition_id, task_id, searched_by, reason, open_until)
VALUES ($1::bigint, $2::bytea, $3::timestamptz, $4::text, $5::text, $6::text, $7::text, $8::text,
        $9::boolean, $10::boolean, $11::text[], $12::uuid, $13::uuid, $14::text[], $15::text,
        $16::timestamptz);

-- read_last_entry --
-- The end of the chain.
SELECT position, seal
  FROM audit_end;

-- read_chain --
-- A stretch of the audit in the order of its chain.
SELECT *
  FROM audit_entries
 WHERE position > $1::bigint
 ORDER BY position
 LIMIT $2::int;

-- read_entries --
-- A page of the audit that passes the given filters, the latest first.
SELECT *
  FROM audit_entries
 WHERE ($1::text[] IS NULL OR patients && $1::text[])
   AND ($2::text IS NULL OR subject = $2::text)
   AND ($3::timestamptz IS NULL OR at >= $3::timestamptz)
   AND ($4::timestamptz IS NULL OR at < $4::timestamptz)
   AND (NOT $5::boolean OR alert)
   AND ($6::timestamptz IS NULL OR (at, position) < ($6::timestamptz, $7::bigint))
 ORDER BY at DESC, position DESC
 LIMIT $8::int;

-- read_keys_of_number --
-- The keys of the patients with this number, also where it was merged away.
SELECT patient_key
  FROM transitions
 WHERE mrn = $1::text OR former_mrns @> ARRAY[$1::text]
 UNION
SELECT patient_key
  FROM encounters
 WHERE mrn = $1::text OR former_mrns @> ARRAY[$1::text]
 ORDER BY patient_key;
