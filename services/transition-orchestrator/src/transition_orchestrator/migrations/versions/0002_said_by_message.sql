-- From {fact: [[value, recorded_at, event_id], ...]} to [[recorded_at, event_id, {fact: value}], ...].
UPDATE persons SET facts = (
    SELECT coalesce(jsonb_agg(jsonb_build_array(recorded_at, event_id, said)
                              ORDER BY recorded_at, event_id), '[]')
      FROM (SELECT one ->> 1 AS recorded_at, one ->> 2 AS event_id,
                   jsonb_object_agg(name, one -> 0) AS said
              FROM jsonb_each(facts) AS fact (name, statements),
                   jsonb_array_elements(statements) AS one
             GROUP BY 1, 2) AS message
);
UPDATE encounters SET facts = (
    SELECT coalesce(jsonb_agg(jsonb_build_array(recorded_at, event_id, said)
                              ORDER BY recorded_at, event_id), '[]')
      FROM (SELECT one ->> 1 AS recorded_at, one ->> 2 AS event_id,
                   jsonb_object_agg(name, one -> 0) AS said
              FROM jsonb_each(facts) AS fact (name, statements),
                   jsonb_array_elements(statements) AS one
             GROUP BY 1, 2) AS message
);

-- Text is stored and given back as it is; the binary form is taken apart and put together each time.
-- A row that is changed often finds room beside itself.
ALTER TABLE persons ALTER facts TYPE json, SET (fillfactor = 80);
ALTER TABLE encounters ALTER facts TYPE json, ALTER moments TYPE json, ALTER view TYPE json,
                       SET (fillfactor = 80);
ALTER TABLE transitions ALTER view TYPE json, SET (fillfactor = 80);
