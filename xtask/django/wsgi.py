"""The application that gunicorn serves."""

from django.core.wsgi import get_wsgi_application

django = get_wsgi_application()


def application(environ, start_response):
    """Answers one path without Django, which shows what gunicorn takes."""
    if environ["PATH_INFO"] == "/gunicorn/":
        start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "8")])
        return [b"gunicorn"]
    return django(environ, start_response)
