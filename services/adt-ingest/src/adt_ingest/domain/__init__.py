"""What a hospital's message is and means: framing, reading, times, answers; pure."""
