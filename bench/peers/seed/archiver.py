"""An archiver of the older design: scan, one JSON document per day, batched deletes.

The design reads one page and stops; this peer goes on, one page at a time, so that it does the same work.
"""
import datetime
import decimal
import itertools
import json
import os

import boto3
from aws_xray_sdk.core import patch_all, xray_recorder

patch_all()

TABLE = boto3.resource("dynamodb").Table(os.environ["TABLE_NAME"])
S3 = boto3.client("s3")


def plain(value):
    if isinstance(value, decimal.Decimal):
        return float(value)
    raise TypeError(type(value))


@xray_recorder.capture("scan_old_transactions")
def scan(cutoff, start):
    more = {"ExclusiveStartKey": start} if start else {}
    page = TABLE.scan(
        FilterExpression="#ts < :cutoff",
        ExpressionAttributeNames={"#ts": "timestamp"},
        ExpressionAttributeValues={":cutoff": cutoff},
        **more,
    )
    return page.get("Items", []), page.get("LastEvaluatedKey")


@xray_recorder.capture("archive_to_s3")
def archive(rows, part):
    by_day = itertools.groupby(sorted(rows, key=lambda row: row["timestamp"]), key=lambda row: row["timestamp"][:10])
    for day, of_day in by_day:
        S3.put_object(
            Bucket=os.environ["BUCKET_NAME"],
            Key=f"transactions/{day.replace('-', '/')}/transactions-{part}.json",
            Body=json.dumps(list(of_day), default=plain, indent=2),
            ContentType="application/json",
            ServerSideEncryption="AES256",
        )


@xray_recorder.capture("delete_archived_transactions")
def delete(rows):
    with TABLE.batch_writer() as batch:
        for row in rows:
            batch.delete_item(Key={"transaction_id": row["transaction_id"], "timestamp": row["timestamp"]})


def handler(_event=None, _context=None):
    cutoff = (datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(hours=24)).replace(tzinfo=None).isoformat()
    archived, start = 0, None
    for part in itertools.count():
        rows, start = scan(cutoff, start)
        if rows:
            archive(rows, part)
            delete(rows)
            archived += len(rows)
        if not start:
            return {"statusCode": 200, "archived_count": archived}
