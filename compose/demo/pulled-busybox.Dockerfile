# The images of the demo where busybox can be pulled; the Dockerfile beside it takes a program of this machine instead.
ARG BUSYBOX_IMAGE=docker.io/library/busybox:1.37.0-musl

FROM ${BUSYBOX_IMAGE} AS lb
COPY lb /www
CMD ["httpd", "-f", "-p", "80", "-h", "/www"]

FROM ${BUSYBOX_IMAGE} AS app
COPY app /www
CMD ["httpd", "-f", "-p", "8080", "-h", "/www"]

FROM ${BUSYBOX_IMAGE} AS db
COPY db /www
CMD ["httpd", "-f", "-p", "5432", "-h", "/www"]

FROM ${BUSYBOX_IMAGE} AS client
COPY client /client
CMD ["sh", "/client/load"]
