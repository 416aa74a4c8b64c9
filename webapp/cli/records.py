"""flask records: records in and out of files."""

from flask.cli import AppGroup

records_group = AppGroup("records", help="Records in and out of files.")
