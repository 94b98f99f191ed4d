"""The application's models: what Alembic compares a database with.

The application itself is a Discord bot that tells channels about pinball machines. Its three tables
are written down here a second time, independently of the SQL in baseline/, so that the two can be
compared.
"""

from sqlalchemy import (BigInteger, Boolean, CheckConstraint, Column, DateTime, Float, ForeignKey,
                        Integer, String, UniqueConstraint, func)
from sqlalchemy.orm import declarative_base

Base = declarative_base()


def moment(**options):
    return Column(DateTime(timezone=True), **options)


def channel():
    return Column(BigInteger, ForeignKey("channel_configs.channel_id"), nullable=False)


class ChannelConfig(Base):
    """A channel that has asked for news, and how often it wants them."""

    __tablename__ = "channel_configs"

    channel_id = Column(BigInteger, primary_key=True)
    guild_id = Column(BigInteger, nullable=False)
    poll_rate_minutes = Column(Integer)
    notification_types = Column(String)
    is_active = Column(Boolean)
    last_poll_at = moment()
    created_at = moment(server_default=func.now())
    updated_at = moment(server_default=func.now())


class MonitoringTarget(Base):
    """What a channel watches: one location, or a circle on the map."""

    __tablename__ = "monitoring_targets"

    id = Column(Integer, primary_key=True)
    channel_id = channel()
    target_type = Column(String, nullable=False)
    display_name = Column(String, nullable=False)
    location_id = Column(Integer)
    latitude = Column(Float)
    longitude = Column(Float)
    radius_miles = Column(Integer)
    poll_rate_minutes = Column(Integer)
    notification_types = Column(String)
    last_checked_at = moment()
    created_at = moment(server_default=func.now())

    __table_args__ = (
        CheckConstraint(
            "(target_type = 'location' AND location_id IS NOT NULL"
            " AND latitude IS NULL AND longitude IS NULL)"
            " OR "
            "(target_type = 'geographic' AND location_id IS NULL AND latitude IS NOT NULL"
            " AND longitude IS NOT NULL AND radius_miles IS NOT NULL)",
            name="target_data_check"),
        CheckConstraint("target_type IN ('location', 'geographic')", name="valid_target_type"),
        CheckConstraint("latitude IS NULL OR (latitude >= -90 AND latitude <= 90)",
                        name="valid_latitude"),
        CheckConstraint("longitude IS NULL OR (longitude >= -180 AND longitude <= 180)",
                        name="valid_longitude"),
        CheckConstraint("radius_miles IS NULL OR (radius_miles >= 1 AND radius_miles <= 100)",
                        name="valid_radius"),
        UniqueConstraint("channel_id", "latitude", "longitude", name="unique_geographic"),
        UniqueConstraint("channel_id", "location_id", name="unique_location"),
    )


class SeenSubmission(Base):
    """A piece of news that a channel has been told already."""

    __tablename__ = "seen_submissions"

    id = Column(Integer, primary_key=True)
    channel_id = channel()
    submission_id = Column(BigInteger, nullable=False)
    seen_at = moment(server_default=func.now())

    __table_args__ = (
        UniqueConstraint("channel_id", "submission_id", name="unique_channel_submission"),
    )
