"""An honest visitor: asks the webcam's route about a picture, again and again, until it is ended.

`python -m tests.whole.hostile.honest ADDRESS < PICTURE` prints a line for every answer: its status,
and the moment in seconds of `time.monotonic`, which all processes of a computer share.
"""

import sys
import time

import httpx


def main() -> None:
    """Ask until somebody ends the process."""
    picture = sys.stdin.buffer.read()
    headers = {"X-Forwarded-For": "192.0.2.1"}
    with httpx.Client(base_url=sys.argv[1], trust_env=False, timeout=5) as client:
        while True:
            try:
                answer = client.post(
                    "live", params={"session": "honest visitor"}, content=picture, headers=headers
                )
                status = answer.status_code
            except httpx.HTTPError:
                status = 0
            print(status, time.monotonic(), flush=True)
            if status != 200:
                time.sleep(0.2)


if __name__ == "__main__":
    main()
