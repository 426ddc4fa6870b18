"""A client in Python, made from the OpenAPI document: it signs up, posts a tweet with a picture, turns pages and refreshes
its tokens. docs/clients.md shows how it is made; `cargo xtask test --full` checks its types and runs it."""

import io
import sys
import time
from urllib.parse import parse_qs, urlparse

import httpx

from aviary import AuthenticatedClient, Client
from aviary.api.document_000 import get_api_tweets, post_api_tweets
from aviary.api.document_002 import post_api_auth_signup
from aviary.api.document_004 import get_auth_users_me, post_auth_jwt_refresh
from aviary.models import Me, RefreshBody, RefreshResponse, ShownTweet, ShownTweetPage, SignupBody, SignupResponse, TweetBody
from aviary.types import UNSET, File, Unset

base_url = sys.argv[1]
anonymous = Client(base_url=base_url)
username = f"python{time.time_ns()}"

account = post_api_auth_signup.sync(client=anonymous, body=SignupBody(username=username, password="Zx9!quokka-7"))
assert isinstance(account, SignupResponse), account
client = AuthenticatedClient(base_url=base_url, token=account.access)

# A mistake is told by field, and typed.
taken = post_api_auth_signup.sync_detailed(
    client=anonymous, body=SignupBody(username=username, password="Zx9!quokka-7")
)
assert taken.status_code == 400 and not isinstance(taken.parsed, SignupResponse), taken

picture = httpx.get(f"{base_url}/profile/default.png").content
for message in ["The first", "The second", "The third"]:
    file = File(payload=io.BytesIO(picture), file_name="picture.png", mime_type="image/png")
    tweet = post_api_tweets.sync(
        client=client, body=TweetBody(message=message, imagelinks=[file], alt=["A grey figure"])
    )
    assert isinstance(tweet, ShownTweet), tweet
    assert tweet.message == message and tweet.media[0].alt == "A grey figure", tweet

seen: list[str] = []
cursor: str | Unset = UNSET
while True:
    page = get_api_tweets.sync(client=client, limit=2, cursor=cursor)
    assert isinstance(page, ShownTweetPage), page
    seen += [tweet.message for tweet in page.results]
    if page.next_ is None:
        break
    cursor = parse_qs(urlparse(page.next_).query)["cursor"][0]
assert seen == ["The third", "The second", "The first"], seen

pair = post_auth_jwt_refresh.sync(client=anonymous, body=RefreshBody(refresh=account.refresh))
assert isinstance(pair, RefreshResponse), pair
me = get_auth_users_me.sync(client=AuthenticatedClient(base_url=base_url, token=pair.access))
assert isinstance(me, Me) and me.username == username, me
print("the client in Python works")
