-- Codes of teams are a site's own, so that every list of a team's tasks is one of its site.
ALTER TABLE transitions ADD COLUMN team text;
ALTER TABLE tasks ADD COLUMN team text;
CREATE INDEX open_tasks_of_team
    ON tasks (site, team, due_at, rank, task_id) WHERE is_open AND team IS NOT NULL;
CREATE INDEX unassigned_tasks_of_team
    ON tasks (site, team, due_at, rank, task_id)
    WHERE is_open AND owner IS NULL AND team IS NOT NULL;
CREATE INDEX tasks_of_team_and_state
    ON tasks (site, team, state, due_at, rank, task_id) WHERE team IS NOT NULL;
CREATE INDEX completed_tasks_of_team
    ON tasks (site, team, completed_at DESC, task_id DESC)
    WHERE state = 'completed' AND team IS NOT NULL;
