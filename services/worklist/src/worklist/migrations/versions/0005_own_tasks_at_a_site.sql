-- One person's open tasks at one site, in order; without it a page of few of them may read the
-- numbers of all tasks that the site ever had.
CREATE INDEX open_tasks_of_owner_at_site
    ON tasks (owner, site, due_at, rank, task_id) WHERE is_open;
