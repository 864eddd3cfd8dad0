"""What reminders decide, in pure code: which timers a task has, and what becomes of a due one."""
