"""flow-monitor: it writes down every event that passes, so that one id finds every station."""
