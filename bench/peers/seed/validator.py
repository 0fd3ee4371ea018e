"""A validator of the older design: check the fields, then three calls per webhook. It verifies no signature."""
import datetime
import decimal
import json
import os

import boto3
from aws_xray_sdk.core import patch_all, xray_recorder

patch_all()

TABLE = boto3.resource("dynamodb").Table(os.environ["TABLE_NAME"])
EVENTS = boto3.client("events")
STATES = boto3.client("stepfunctions")
REQUIRED = ("transaction_id", "amount", "currency", "provider", "customer_id")


def plain(value):
    """Decimals as JSON numbers."""
    if isinstance(value, decimal.Decimal):
        return float(value)
    raise TypeError(type(value))


def now():
    return datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None).isoformat()


@xray_recorder.capture("validate_webhook")
def problem_with(body):
    missing = [field for field in REQUIRED if field not in body]
    if missing:
        return f"Missing required field: {missing[0]}"
    try:
        return None if float(body["amount"]) > 0 else "Amount must be positive"
    except (TypeError, ValueError):
        return "Invalid amount format"


@xray_recorder.capture("store_transaction")
def store(body):
    time = now()
    item = {field: body[field] for field in REQUIRED}
    item.update(
        timestamp=time,
        amount=decimal.Decimal(str(body["amount"])),
        status="pending",
        metadata=body.get("metadata", {}),
        created_at=time,
    )
    TABLE.put_item(Item=item)
    return item


@xray_recorder.capture("publish_event")
def publish(item):
    EVENTS.put_events(Entries=[{
        "Source": "webhook.transaction",
        "DetailType": "Transaction Created",
        "Detail": json.dumps(item, default=plain),
        "EventBusName": os.environ["EVENT_BUS_NAME"],
    }])


@xray_recorder.capture("trigger_workflow")
def trigger(item):
    STATES.start_execution(
        stateMachineArn=os.environ["STATE_MACHINE_ARN"],
        input=json.dumps({"transaction": item, "timestamp": now()}, default=plain),
    )


def answer(status, body):
    return {"statusCode": status, "headers": {"Content-Type": "application/json"}, "body": json.dumps(body)}


def handler(event, _context=None):
    body = json.loads(event["body"])
    problem = problem_with(body)
    if problem:
        return answer(400, {"error": problem})
    item = store(body)
    publish(item)
    trigger(item)
    return answer(200, {
        "message": "Transaction processed successfully",
        "transaction_id": item["transaction_id"],
        "timestamp": item["timestamp"],
    })
