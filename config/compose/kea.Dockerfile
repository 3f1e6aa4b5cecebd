# Kea's daemons from Debian, for those who have no image of them. They run as user 1000, as keagate does.
ARG DEBIAN_IMAGE=debian:trixie-slim
FROM ${DEBIAN_IMAGE}
RUN apt-get update \
  && apt-get install -y --no-install-recommends kea-dhcp4-server kea-dhcp6-server kea-dhcp-ddns-server libcap2-bin \
  && rm -rf /var/lib/apt/lists/* \
  # DHCP needs raw sockets and a port below 1024, which only root has otherwise.
  && setcap cap_net_raw,cap_net_bind_service+ep /usr/sbin/kea-dhcp4 \
  && setcap cap_net_bind_service+ep /usr/sbin/kea-dhcp6 \
  # Volumes that are empty take over whose these are.
  && install -d -o 1000 -g 1000 -m 0750 /run/kea /var/lib/kea
# In a container every process is number 1: a PID file in a volume would be taken for that of a running daemon.
ENV KEA_PIDFILE_DIR=/tmp KEA_LOCKFILE_DIR=none
USER 1000:1000
STOPSIGNAL SIGTERM
