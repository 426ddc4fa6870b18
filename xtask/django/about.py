"""Says which versions the peer has, and how it hashes passwords."""

import platform
from importlib.metadata import version

import django
from django.contrib.auth.hashers import get_hasher

django.setup()
hasher = get_hasher()
names = ["Django", "djangorestframework", "djoser", "djangorestframework_simplejwt", "gunicorn"]
print(", ".join(f"{name} {version(name)}" for name in names), "on Python", platform.python_version())
print(f"Django hashes passwords with {hasher.algorithm} ({hasher.iterations:,} iterations, its default).")
