"""What a task is, who may do what with it, and in which order tasks want doing. Pure."""
