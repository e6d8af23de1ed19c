"""A person planted in raw exports of several platforms, in every field that could tell."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from pathlib import Path
from typing import Any

HANDLE = "zq_planted77"
NAME = "Zelda Quillfeather"
ACCOUNT = "7700990011223344556"
POSTS = ("8800770066005500441", "8800770066005500442")
ADDRESS = f"https://x.com/{HANDLE}/status/{POSTS[0]}"
EMAIL = "zelda.quill@planted.example"
PHONE = "+49 170 5550123"
FEDERATED = f"{HANDLE}@social.planted.example"

SECRETS = (
    *(HANDLE, "quillfeather", ACCOUNT, *POSTS, EMAIL, "zelda.quill", "planted.example"),
    *("1705550123", "170 5550123", "zq_planted"),
)
"""What must occur nowhere; compared without case."""

TALK = (
    f"Ask @{HANDLE} or {ADDRESS} or {EMAIL} or call {PHONE} or 01705550123, https://t.me/{HANDLE} "
    f"https://www.instagram.com/{HANDLE}/ (@{FEDERATED}) u/{HANDLE}"
)


def x_post(id: str, author: str, **told: Any) -> dict[str, Any]:
    """A post of the X API v2."""
    figures = dict.fromkeys(("like_count", "reply_count", "retweet_count", "quote_count"), 3)
    return {
        **{"id": id, "author_id": author, "created_at": "2024-01-10T10:00:00.000Z", "lang": "en"},
        **{"conversation_id": id, "text": TALK, "public_metrics": figures},
        **told,
    }


def x_pages() -> list[dict[str, Any]]:
    """Pages of a channel, the planted person and others who answer, quote, repost and imitate."""
    users = [
        {"id": "11", "username": "harbourtown", "name": "Harbour Town"},
        {
            **{"id": ACCOUNT, "username": HANDLE, "name": NAME, "description": TALK},
            "public_metrics": {"followers_count": 41, "tweet_count": 9},
        },
        {"id": "13", "username": "harb0urtown", "name": "Harbour Town fans"},
        {"id": "14", "username": "resident", "name": "A resident"},
    ]
    own = {"type": "replied_to", "id": POSTS[0]}
    posts = [
        *(
            x_post(str(9000 + n), "11", created_at=f"2024-01-{n + 1:02}T10:00:00.000Z")
            for n in range(28)
        ),
        x_post(POSTS[0], ACCOUNT, zq_new_field={"about": HANDLE}, **{f"of {ACCOUNT}": 1}),
        x_post(POSTS[1], ACCOUNT, in_reply_to_user_id="11", lang=HANDLE),
        x_post("7001", "14", referenced_tweets=[own], in_reply_to_user_id=ACCOUNT),
        x_post("7002", "14", referenced_tweets=[{"type": "retweeted", "id": POSTS[0]}]),
        x_post("7003", "14", referenced_tweets=[{"type": "quoted", "id": POSTS[1]}]),
        x_post("7004", "13"),
        x_post("7005", "11", referenced_tweets=[own], conversation_id=POSTS[0]),
        x_post("7006", "14", withheld={"country_codes": [HANDLE, "DE"]}, geo={"place_id": "p"}),
        x_post(
            "7007",
            "14",
            attachments={"media_keys": ["m"]},
            entities={
                "urls": [
                    {"start": 0, "end": 1, "url": "https://t.co/a", "expanded_url": ADDRESS},
                    {
                        "start": 0,
                        "end": 1,
                        "url": "https://t.co/b",
                        "expanded_url": f"https://{HANDLE.replace('_', '-')}.tumblr.com/{HANDLE}",
                    },
                ]
            },
        ),
        # Rejected ones.
        x_post(POSTS[0], ACCOUNT, public_metrics={"like_count": HANDLE}),
        x_post(f"{HANDLE}", ACCOUNT),
        x_post("7009", ACCOUNT, created_at=f"on {HANDLE}'s day"),
        x_post("7010", ACCOUNT, text={"of": HANDLE}),
    ]
    places = [{"id": "p", "country_code": HANDLE, "full_name": NAME}]
    media = [{"media_key": "m", "type": HANDLE, "url": ADDRESS}]
    quoted = [x_post(POSTS[0], ACCOUNT), x_post(POSTS[1], ACCOUNT)]
    includes = {"users": users, "places": places, "media": media, "tweets": quoted}
    return [{"data": posts, "includes": includes, "meta": {"newest_id": POSTS[1]}}]


def x_jsonl() -> str:
    """The pages a line each; lines that are broken in the middle of the person's name."""
    lines = [json.dumps(page) for page in x_pages()]
    broken = [
        json.dumps({"data": [x_post(POSTS[1], ACCOUNT)]})[:-30],
        '{"' + HANDLE + '": 1, "' + HANDLE + '": 2}',
        json.dumps({"errors": [{"value": ACCOUNT, "detail": f"{HANDLE} is suspended"}]}),
        f"{HANDLE}\x00{EMAIL}",
        json.dumps({"id": "5", HANDLE: TALK}),
        "[" * 2000 + HANDLE,
    ]
    return "\n".join([*lines, *broken]) + "\n"


TABLE_COLUMNS = (
    *("Id", "Date", "User", "UserId", "Name", "Platform", "Message", "Likes", "Kind", "Link"),
    *("Parent", "ParentUser", "Thread", "Language", "Country", "Relation", "Unknown", "Label"),
)
TABLE_MAPPING = (
    'mapping = { post_id = "Id", created_at = "Date", author_handle = "User", '
    'author_id = "UserId", author_name = "Name", platform = "Platform", text = "Message", '
    'reactions = "Likes", kind = "Kind", link = "Link", parent_id = "Parent", '
    'parent_author_handle = "ParentUser", thread_id = "Thread", language = "Language", '
    'country = "Country", relation = "Relation", platform_label = "Label" }'
)


def table_csv() -> str:
    """A table with the person in every column, and in rows that are rejected."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, TABLE_COLUMNS)
    writer.writeheader()
    good = {
        **{"Id": ADDRESS, "Date": "2024-01-12T08:00:00", "User": f"@{HANDLE}", "UserId": ACCOUNT},
        **{"Name": NAME, "Platform": "mastodon", "Message": TALK, "Likes": "4", "Kind": HANDLE},
        **{"Link": ADDRESS, "Parent": POSTS[0], "ParentUser": FEDERATED, "Thread": ADDRESS},
        **{"Language": HANDLE, "Country": "KE", "Relation": "reply", "Unknown": TALK},
        "Label": NAME,
    }
    writer.writerow(good)
    writer.writerow({**good, "Id": "other", "User": "someone", "UserId": "5", "Name": "Some One"})
    writer.writerow({**good, "Id": "third", "UserId": "", "User": FEDERATED})
    writer.writerow({**good, "Relation": HANDLE})
    writer.writerow({**good, "Country": HANDLE})
    writer.writerow({**good, "Platform": HANDLE})
    writer.writerow({**good, "Likes": f"{HANDLE} likes"})
    writer.writerow({**good, "Date": HANDLE})
    writer.writerow({**good, "Id": ""})
    return text.getvalue() + f'"{HANDLE},never closed, {TALK}\n'


FACEBOOK_COLUMNS = (
    *("status_id", "status_message", "link_name", "status_type", "status_link"),
    *("status_published", "num_reactions", "num_comments", "num_shares", "num_likes"),
    *("num_loves", "num_wows", "num_hahas", "num_sads", "num_angrys", "a_new_column"),
)


def facebook_csv() -> str:
    """A page of an account that is no channel: the person's own page."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(FACEBOOK_COLUMNS)
    for n in range(3):
        figures = ["9", "1", "1", "4", "1", "1", "1", "1", "1"]
        at = f"2024-01-1{n} 10:00:00"
        post = f"{ACCOUNT}_{POSTS[0]}{n}"
        writer.writerow([post, TALK, NAME, HANDLE, ADDRESS, at, *figures, HANDLE])
    writer.writerow([f"{ACCOUNT}_1", TALK, NAME, HANDLE, ADDRESS, HANDLE, *["1"] * 9, HANDLE])
    writer.writerow([f"{ACCOUNT}_2", TALK])
    return text.getvalue()


def write_exports(folder: Path) -> dict[str, Path]:
    """The raw exports, one of them an archive whose members are called after the person."""
    folder.mkdir(parents=True)
    files = {
        "x": folder / "posts.jsonl",
        "table": folder / "table.csv",
        "page": folder / "page.csv",
    }
    files["x"].write_text(x_jsonl(), encoding="utf-8")
    files["table"].write_text(table_csv(), encoding="utf-8")
    files["page"].write_text(facebook_csv(), encoding="utf-8")
    files["zip"] = folder / "package.zip"
    with zipfile.ZipFile(files["zip"], "w", zipfile.ZIP_DEFLATED) as package:
        page = {"data": [x_post("8100", ACCOUNT)], "includes": x_pages()[0]["includes"]}
        package.writestr(f"{HANDLE}/{EMAIL}.jsonl", json.dumps(page) + "\n" + HANDLE)
        package.writestr(f"../{HANDLE}.jsonl", json.dumps(page))
        package.writestr(f"{HANDLE}/photo.jpg", HANDLE)
    return files


STUDY = f"""\
[study]
id = "planted"
title = "A planted person"
question = "Is a person who was planted in the exports anywhere?"
objectives_unknown = "a test has none"
replicates = 100

[window]
start = 2024-01-01
end = 2024-02-01

[[sources]]
name = "x"
path = "../raw/posts.jsonl"
capture = "complete"
observed_at = 2024-02-10

[[sources]]
name = "table"
path = "../raw/table.csv"
format = "table-csv"
capture = "complete"
timezone = "UTC"
observed_at = 2024-02-10
{TABLE_MAPPING}

[[sources]]
name = "page"
path = "../raw/page.csv"
format = "facebook-page-csv"
capture = "complete"
timezone = "UTC"
observed_at = 2024-02-10

[[sources]]
name = "package"
path = "../raw/package.zip"
capture = "keyword"
observed_at = 2024-02-10
"""

CHANNELS = """\
channel,name,organisation,platform,handle,account_id,country,paths,role,basis,evidence
harbour,Harbour Town,Harbour Town,x,harbourtown,11,KE,official,ours,organisation,https://example.org
"""
