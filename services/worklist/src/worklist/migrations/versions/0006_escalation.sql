-- Which role was to know of a task that was still open; null for reminders of other kinds.
ALTER TABLE reminders ADD COLUMN escalated_to text;
