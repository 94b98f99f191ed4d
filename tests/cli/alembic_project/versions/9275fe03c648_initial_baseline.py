"""Initial baseline: the application's three tables, made from nothing."""

import sqlalchemy as sa
from alembic import op

revision = "9275fe03c648"
down_revision = None


def now():
    return sa.text("(CURRENT_TIMESTAMP)")


def upgrade():
    op.create_table(
        "channel_configs",
        sa.Column("channel_id", sa.BigInteger, nullable=False),
        sa.Column("guild_id", sa.BigInteger, nullable=False),
        sa.Column("poll_rate_minutes", sa.Integer),
        sa.Column("notification_types", sa.String),
        sa.Column("is_active", sa.Boolean),
        sa.Column("last_poll_at", sa.DateTime(timezone=True)),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=now()),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=now()),
        sa.PrimaryKeyConstraint("channel_id"),
    )
    op.create_table(
        "monitoring_targets",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("channel_id", sa.BigInteger, nullable=False),
        sa.Column("target_type", sa.String, nullable=False),
        sa.Column("display_name", sa.String, nullable=False),
        sa.Column("location_id", sa.Integer),
        sa.Column("latitude", sa.Float),
        sa.Column("longitude", sa.Float),
        sa.Column("radius_miles", sa.Integer),
        sa.Column("poll_rate_minutes", sa.Integer),
        sa.Column("notification_types", sa.String),
        sa.Column("last_checked_at", sa.DateTime(timezone=True)),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=now()),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(["channel_id"], ["channel_configs.channel_id"]),
        sa.CheckConstraint(
            """
            (target_type = 'location' AND location_id IS NOT NULL
                AND latitude IS NULL AND longitude IS NULL)
            OR
            (target_type = 'geographic' AND location_id IS NULL AND latitude IS NOT NULL
                AND longitude IS NOT NULL AND radius_miles IS NOT NULL)
            """,
            name="target_data_check"),
        sa.CheckConstraint("target_type IN ('location', 'geographic')", name="valid_target_type"),
        sa.CheckConstraint("latitude IS NULL OR (latitude >= -90 AND latitude <= 90)",
                           name="valid_latitude"),
        sa.CheckConstraint("longitude IS NULL OR (longitude >= -180 AND longitude <= 180)",
                           name="valid_longitude"),
        sa.CheckConstraint("radius_miles IS NULL OR (radius_miles >= 1 AND radius_miles <= 100)",
                           name="valid_radius"),
        sa.UniqueConstraint("channel_id", "latitude", "longitude", name="unique_geographic"),
        sa.UniqueConstraint("channel_id", "location_id", name="unique_location"),
    )
    op.create_table(
        "seen_submissions",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("channel_id", sa.BigInteger, nullable=False),
        sa.Column("submission_id", sa.BigInteger, nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), server_default=now()),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(["channel_id"], ["channel_configs.channel_id"]),
        sa.UniqueConstraint("channel_id", "submission_id", name="unique_channel_submission"),
    )


def downgrade():
    for table in ("seen_submissions", "monitoring_targets", "channel_configs"):
        op.drop_table(table)
