"""Workers that hear Celery's messages."""
