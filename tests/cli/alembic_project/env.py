"""Tells Alembic which database to work on, and which models it is for."""

import os

from alembic import context
from sqlalchemy import create_engine
from sqlalchemy.engine import URL
from sqlalchemy.pool import NullPool

from models import Base

url = URL.create("sqlite", database=os.environ["DATABASE_PATH"])
with create_engine(url, poolclass=NullPool).connect() as connection:
    context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()
