"""What the pages share: state, messages, widgets. The only place that knows the session's keys."""
