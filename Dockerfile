# docker build -t fleetdrift . && docker run --rm -e GITHUB_TOKEN -v fleetdrift:/var/lib/fleetdrift fleetdrift scan ORG
FROM debian:12-slim AS build
WORKDIR /src
COPY config/packages.sh config/
RUN config/packages.sh build && rm -rf /var/lib/apt/lists/*
COPY . .
# The C++ runtime goes into the program, where one file uses it. The other libraries stay shared, so
# that a rebuilt image takes Debian's fixes.
RUN meson setup build-release --buildtype=release --strip \
        -Dcpp_link_args='-static-libstdc++ -static-libgcc' && \
    ninja -C build-release scanner/fleetdrift && \
    DESTDIR=/image meson install -C build-release --no-rebuild

FROM debian:12-slim
COPY config/packages.sh /tmp/
RUN /tmp/packages.sh run && rm -rf /var/lib/apt/lists/* /tmp/packages.sh && \
    useradd --uid 10001 --home-dir /var/lib/fleetdrift --create-home fleetdrift
COPY --from=build /image/usr/local/bin/fleetdrift /usr/local/bin/fleetdrift
USER fleetdrift
WORKDIR /var/lib/fleetdrift
ENV FLEETDRIFT_DB=/var/lib/fleetdrift/fleet.db \
    FLEETDRIFT_CACHE=/var/lib/fleetdrift/cache
VOLUME /var/lib/fleetdrift
ENTRYPOINT ["fleetdrift"]
CMD ["--help"]
