"""The application that WSGI servers load: granian wsgi:app, gunicorn wsgi:app, flask."""

import sys

from webapp.app import create_app
from webapp.config import ConfigurationError

try:
    app = create_app()
except ConfigurationError as error:
    sys.exit(f"Error: {error}")  # one sentence for the person at the terminal, and no traceback
