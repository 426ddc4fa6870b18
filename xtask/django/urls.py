"""Routes of the peer: djoser's, and a view that shows what Django itself takes."""

from django.http import HttpResponse
from django.urls import include, path


def nothing(request):
    return HttpResponse("nothing\n", content_type="text/plain")


urlpatterns = [
    path("nothing/", nothing),
    path("auth/", include("djoser.urls")),
    path("auth/", include("djoser.urls.jwt")),
]
