-- read_discharges_home --
-- The discharges home of a hospital in a span, the first ones first, and how the home visit and the
-- first contact of each ended; none that was retracted.
  WITH found AS MATERIALIZED (
       SELECT transition_id, site, discharged_at, state, contact_due_at, readmitted_at, died_at
         FROM transitions
        WHERE is_home_discharge
          AND site = $1::text
          AND discharged_at >= $2::timestamptz
          AND discharged_at < $3::timestamptz
        ORDER BY discharged_at, transition_id
        LIMIT $4::int)
SELECT found.*,
       visit.done_at AS visit_done_at, visit.outcome AS visit_outcome,
       visit.channel AS visit_channel,
       contact.done_at AS contact_done_at, contact.outcome AS contact_outcome,
       contact.channel AS contact_channel
  FROM found
  LEFT JOIN LATERAL (
       SELECT coalesce((evidence ->> 'done_at')::timestamptz, completed_at) AS done_at,
              coalesce(outcome, 'done') AS outcome, coalesce(evidence ->> 'channel', '') AS channel
         FROM tasks
        WHERE tasks.transition_id = found.transition_id AND code = 'home_visit'
          AND completed_at IS NOT NULL
        LIMIT 1) AS visit ON true
  LEFT JOIN LATERAL (
       SELECT coalesce((evidence ->> 'done_at')::timestamptz, completed_at) AS done_at,
              coalesce(outcome, 'done') AS outcome, coalesce(evidence ->> 'channel', '') AS channel
         FROM tasks
        WHERE tasks.transition_id = found.transition_id AND code = 'initial_contact'
          AND completed_at IS NOT NULL
        LIMIT 1) AS contact ON true
 ORDER BY discharged_at, transition_id;
