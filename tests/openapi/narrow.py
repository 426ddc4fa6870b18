"""Takes the media types away that openapi-python-client does not need: it sends a body in every media type that has the same
schema at once. JSON stays, and multipart where an operation takes files. Usage: narrow.py openapi.json narrow.json"""

import json
import sys

with open(sys.argv[1]) as source:
    document = json.load(source)
for path in document["paths"].values():
    for operation in path.values():
        content = operation.get("requestBody", {}).get("content", {})
        content.pop("application/x-www-form-urlencoded", None)
        if content and content["multipart/form-data"]["schema"] == content["application/json"]["schema"]:
            content.pop("multipart/form-data")
with open(sys.argv[2], "w") as target:
    json.dump(document, target)
