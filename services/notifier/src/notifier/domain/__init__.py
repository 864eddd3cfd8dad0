"""What the notifier decides, in pure code: whom to tell what, once, and what to do if it fails."""
