"""The application that WSGI servers load: granian wsgi:app, gunicorn wsgi:app, flask."""

from webapp.app import create_app

app = create_app()
