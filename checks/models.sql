-- What the application's models declare (tests/cli/models.py), as SQLAlchemy writes it, and Alembic's
-- own table. The suite schema.yaml compares the baseline with it. It is written apart from the
-- baseline, so that nothing is added or changed there without being noticed.
-- tests/cli/test_alembic.py proves that it says what the models say.

CREATE TABLE channel_configs (
    channel_id BIGINT NOT NULL,
    guild_id BIGINT NOT NULL,
    poll_rate_minutes INTEGER,
    notification_types VARCHAR,
    is_active BOOLEAN,
    last_poll_at DATETIME,
    created_at DATETIME DEFAULT (CURRENT_TIMESTAMP),
    updated_at DATETIME DEFAULT (CURRENT_TIMESTAMP),
    PRIMARY KEY (channel_id)
);

CREATE TABLE monitoring_targets (
    id INTEGER NOT NULL,
    channel_id BIGINT NOT NULL,
    target_type VARCHAR NOT NULL,
    display_name VARCHAR NOT NULL,
    location_id INTEGER,
    latitude FLOAT,
    longitude FLOAT,
    radius_miles INTEGER,
    poll_rate_minutes INTEGER,
    notification_types VARCHAR,
    last_checked_at DATETIME,
    created_at DATETIME DEFAULT (CURRENT_TIMESTAMP),
    PRIMARY KEY (id),
    CONSTRAINT target_data_check CHECK ((target_type = 'location' AND location_id IS NOT NULL AND latitude IS NULL AND longitude IS NULL) OR (target_type = 'geographic' AND location_id IS NULL AND latitude IS NOT NULL AND longitude IS NOT NULL AND radius_miles IS NOT NULL)),
    CONSTRAINT valid_target_type CHECK (target_type IN ('location', 'geographic')),
    CONSTRAINT valid_latitude CHECK (latitude IS NULL OR (latitude >= -90 AND latitude <= 90)),
    CONSTRAINT valid_longitude CHECK (longitude IS NULL OR (longitude >= -180 AND longitude <= 180)),
    CONSTRAINT valid_radius CHECK (radius_miles IS NULL OR (radius_miles >= 1 AND radius_miles <= 100)),
    CONSTRAINT unique_geographic UNIQUE (channel_id, latitude, longitude),
    CONSTRAINT unique_location UNIQUE (channel_id, location_id),
    FOREIGN KEY(channel_id) REFERENCES channel_configs (channel_id)
);

CREATE TABLE seen_submissions (
    id INTEGER NOT NULL,
    channel_id BIGINT NOT NULL,
    submission_id BIGINT NOT NULL,
    seen_at DATETIME DEFAULT (CURRENT_TIMESTAMP),
    PRIMARY KEY (id),
    CONSTRAINT unique_channel_submission UNIQUE (channel_id, submission_id),
    FOREIGN KEY(channel_id) REFERENCES channel_configs (channel_id)
);

CREATE TABLE alembic_version (
    version_num VARCHAR(32) NOT NULL,
    CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
