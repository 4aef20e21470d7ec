"""The published client spektrixpython, unchanged but for the host that its requests go to: published.py BASE."""

import sys

from requests import HTTPError
from spektrixpython import SpektrixAnonymous, SpektrixCredentials, SpektrixRequest

BASE = sys.argv[1]
KEY = "c2VjcmV0LWtleS1mb3ItdGVzdHM="
TAG = "11001ATRSBGDJMQQMCVKRJSQJPSBBHRPT"
STATEMENT = "201AGBHDRLQHNHPHKKMPKLGPMDRDTDMVL"
OWNER = SpektrixCredentials("apitesting", "TestLogin", KEY)


def call(endpoint, credentials=OWNER):
    request = SpektrixRequest(endpoint, credentials)
    request.url = request.url.replace("https://system.spektrix.com", BASE)
    return request


def status(action):
    try:
        action()
    except HTTPError as error:
        return error.response.status_code
    return 200


anyone = SpektrixAnonymous("apitesting")
assert [s["text"] for s in call("statements", anyone).get()] == ["Email me", "Post"]
assert len(call("tag-groups", anyone).get()) == 1 and len(call("tag-groups").get()) == 2
assert status(call("customers?email=py@b.co", anyone).get) == 401
assert status(call("customers?email=py@b.co").get) == 404
wrong = SpektrixCredentials("apitesting", "TestLogin", "bm90IHRoZSBrZXk=")
assert status(call("customers?email=py@b.co", wrong).get) == 401

made = call("customers").post({"email": "py@b.co", "firstName": "Zoë", "lastName": "Müller"})
assert made["name"] == "Zoë Müller", made
own = "customers/" + made["id"]
assert call("customers?email=py@b.co").get()["id"] == made["id"]
assert status(lambda: call("customers").post({"email": "PY@b.co", "firstName": "A", "lastName": "B"})) == 400
assert call(own).patch({"Attribute_Dietary Requirements": "Vegan"})["attribute_DietaryRequirements"] == "Vegan"
assert call(own + "/tags").post({"id": TAG}) == [{"id": TAG, "name": "Silver Member"}]
assert call(own + "/tags").get()[0]["id"] == TAG
assert call("customers/tags/" + TAG + "?id=" + made["id"]).delete() == b""
assert call(own + "/tags").get() == []
assert call(own + "/agreed-statements").put({"id": STATEMENT})[0]["agreed"] is True
assert call(own + "?$expand=AllStatements").get()["allStatements"][0]["agreed"] is True
assert call(own + "/agreed-statements/" + STATEMENT).delete({"lol": "lel"}) == b""
print("done")
