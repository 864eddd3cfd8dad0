-- find_clusters --
-- The clusters that hold any of the persons or transitions.
SELECT cluster_key FROM persons WHERE patient_key = ANY ($1::text[])
 UNION
SELECT cluster_key FROM transitions WHERE transition_id = ANY ($2::uuid[]);

-- lock_keys --
-- Waits until nobody else decides about any of these keys; locks in one order for everybody.
SELECT pg_advisory_xact_lock(hashtextextended(key, 0))
  FROM (SELECT DISTINCT key FROM unnest($1::text[]) AS named (key) ORDER BY key) AS ordered;

-- load_persons --
-- The persons of some clusters.
SELECT cluster_key, patient_key, site, mrn, authority, facts::text AS facts
  FROM persons
 WHERE cluster_key = ANY ($1::text[]);

-- load_encounters --
-- The visits of some clusters.
SELECT cluster_key, visit_key, patient_key, site, visit, facts::text AS facts,
       moments::text AS moments, version, view::text AS view
  FROM encounters
 WHERE cluster_key = ANY ($1::text[]);

-- load_transitions --
-- The transitions of some clusters.
SELECT cluster_key, transition_id, version, opened_from, done, view::text AS view, work
  FROM transitions
 WHERE cluster_key = ANY ($1::text[]);

-- keep_persons --
-- Writes persons as they now are.
INSERT INTO persons (cluster_key, patient_key, site, mrn, authority, facts)
SELECT cluster_key, patient_key, site, mrn, authority, facts
  FROM json_to_recordset($1::json)
       AS kept (cluster_key text, patient_key text, site text, mrn text, authority text, facts json)
    ON CONFLICT (patient_key) DO UPDATE
   SET cluster_key = excluded.cluster_key,
       facts = excluded.facts;

-- keep_encounters --
-- Writes visits as they now are.
INSERT INTO encounters (cluster_key, visit_key, patient_key, site, visit, facts, moments, version,
                        view)
SELECT cluster_key, visit_key, patient_key, site, visit, facts, moments, version, view
  FROM json_to_recordset($1::json)
       AS kept (cluster_key text, visit_key text, patient_key text, site text, visit text,
                facts json, moments json, version int, view json)
    ON CONFLICT (patient_key, visit_key) DO UPDATE
   SET cluster_key = excluded.cluster_key,
       facts = excluded.facts,
       moments = excluded.moments,
       version = excluded.version,
       view = excluded.view;

-- keep_transitions --
-- Writes transitions as they now are.
INSERT INTO transitions (cluster_key, transition_id, version, state, closes_at, opened_from, done,
                         view, work)
SELECT cluster_key, transition_id, version, state, closes_at, opened_from, done, view, work
  FROM json_to_recordset($1::json)
       AS kept (cluster_key text, transition_id uuid, version int, state text,
                closes_at timestamptz, opened_from text[], done text[], view json, work json)
    ON CONFLICT (transition_id) DO UPDATE
   SET cluster_key = excluded.cluster_key,
       version = excluded.version,
       state = excluded.state,
       closes_at = excluded.closes_at,
       opened_from = excluded.opened_from,
       done = excluded.done,
       view = excluded.view,
       work = excluded.work;

-- find_transitions_to_close --
-- Some open transitions of some sites whose period has ended.
SELECT transition_id
  FROM transitions
 WHERE state IN ('active', 'provisional')
   AND closes_at < $1::timestamptz
   AND view ->> 'site' = ANY ($3::text[])
 ORDER BY closes_at
 LIMIT $2::int;
