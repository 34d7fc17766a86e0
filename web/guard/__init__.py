"""What stands between strangers and the page: doors, logins, limits, and what lies on the disk.

Each module is one guard, most of them ASGI middleware; `stack.py` puts them in their order.
"""
