"""A camera on the network, to be run by the system's Python, which has GStreamer's modules.

    /usr/bin/python3 tests/rtsp_server.py PORT PICTURE.jpg [USER:PASSWORD]

It shows the picture over and over at rtsp://127.0.0.1:PORT/live, as H.264, and says so.
"""

import sys

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")

from gi.repository import GLib, Gst, GstRtspServer  # noqa: E402

PICTURES = "multifilesrc location={} loop=true caps=image/jpeg,framerate=10/1 ! jpegdec"
ENCODER = "x264enc tune=zerolatency speed-preset=ultrafast key-int-max=10"
GUARDED = "guest,media.factory.access=true,media.factory.construct=true"


def serve(port, picture, login=""):
    server = GstRtspServer.RTSPServer(address="127.0.0.1", service=port)
    stream = GstRtspServer.RTSPMediaFactory(shared=True)
    pictures = PICTURES.format(picture)
    stream.set_launch(f"( {pictures} ! videoconvert ! {ENCODER} ! rtph264pay name=pay0 )")
    if login:
        guest = GstRtspServer.RTSPToken()
        guest.set_string("media.factory.role", "guest")
        guard = GstRtspServer.RTSPAuth()
        guard.add_basic(GstRtspServer.RTSPAuth.make_basic(*login.split(":")), guest)
        server.set_auth(guard)
        stream.add_role_from_structure(Gst.Structure.from_string(GUARDED)[0])
    server.get_mount_points().add_factory("/live", stream)
    server.attach(None)
    print("serving", flush=True)
    GLib.MainLoop().run()


if __name__ == "__main__":
    Gst.init(None)
    serve(*sys.argv[1:])
