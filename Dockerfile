# The program in a small image of its own, without the application:
#
#   docker build -t baseline .
#   docker run --rm -v bot-data:/data -e DATABASE_PATH=/data/pinball_bot.db baseline status
#
# An application's image takes the program from it; see examples/container/.
#
#   COPY --from=baseline /usr/local/bin/baseline /usr/local/bin/entrypoint /usr/local/bin/

FROM debian:12-slim@sha256:7c7b2c966bc9ee8cedfeef67e0e279108992c77681fa595db4a9d65c06ccc587 AS build
WORKDIR /src
COPY scripts/setup scripts/common.sh scripts/
RUN scripts/setup
COPY . .
ARG BASELINE_COMMIT=
RUN cmake --preset release -DBASELINE_COMMIT="$BASELINE_COMMIT" -DBASELINE_STATIC=ON \
 && cmake --build --preset release \
 && cmake --install build/release --prefix /out

FROM debian:12-slim@sha256:7c7b2c966bc9ee8cedfeef67e0e279108992c77681fa595db4a9d65c06ccc587
COPY --from=build /out/bin/baseline /usr/local/bin/baseline
COPY --from=build /src/scripts/entrypoint /usr/local/bin/entrypoint
# The directory of the database is the volume, never the file: a mounted file cannot be renamed.
# It begins empty: --create-home would put the files of /etc/skel beside the database.
RUN useradd --uid 10001 --home-dir /data --no-create-home baseline \
 && install --directory --owner=baseline --group=baseline --mode=0750 /data
# A number, so that Kubernetes can see that it is not root (runAsNonRoot).
USER 10001
WORKDIR /data
VOLUME /data
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
  CMD ["baseline", "status", "--exit-code"]
ENTRYPOINT ["entrypoint"]
CMD ["--help"]
