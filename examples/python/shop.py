"""A shop's payments with many options: the app of ../typescript/shop.ts in Python.

    python3 -m venv .venv
    .venv/bin/pip install -r requirements.txt cdk-webhook-processing
    cdk synth --app ".venv/bin/python shop.py"

Before a release, "npx projen package:python" builds the wheel: install dist/python/*.whl instead of the name.
"""

from aws_cdk import (
    App,
    CfnOutput,
    Duration,
    RemovalPolicy,
    Stack,
    aws_cloudwatch_actions as actions,
    aws_events as events,
    aws_lambda as lambda_,
    aws_logs as logs,
    aws_s3 as s3,
    aws_secretsmanager as secretsmanager,
    aws_sns as sns,
    aws_sqs as sqs,
)
from cdk_webhook_processing import (
    AlarmsProps,
    AlertFilter,
    AlertSubscriber,
    AmountThresholds,
    AmountUnit,
    ArchivalProps,
    EndpointProps,
    FraudDetectionProps,
    FraudFuseOptions,
    FraudModel,
    FraudRule,
    FunctionOptions,
    FunctionsProps,
    HandlerPackaging,
    HmacAlgorithm,
    HmacMapping,
    RetentionProps,
    RiskBand,
    ShopifyMoney,
    SignatureEncoding,
    ThresholdProps,
    TransactionTier,
    WebhookProcessingSystem,
    WebhookProvider,
)
from constructs import Construct


class ShopStack(Stack):
    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id)
        adyen_key = secretsmanager.Secret.from_secret_name_v2(self, "AdyenKey", "payments/adyen")
        model = lambda_.Function.from_function_name(self, "Model", "fraud-model")
        cases = sqs.Queue(self, "Cases", enforce_ssl=True)
        on_call = sns.Topic(self, "OnCall")

        payments = WebhookProcessingSystem(
            self,
            "Payments",
            providers=[
                WebhookProvider.standard_webhooks(),
                WebhookProvider.stripe(name="stripe-eu"),
                WebhookProvider.stripe(name="stripe-us"),
                WebhookProvider.adyen(secret=adyen_key, money_events=["CAPTURE", "REFUND"]),
                WebhookProvider.pay_pal(webhook_id="8PT597110X687430LKGECATA", sandbox=True),
                WebhookProvider.shopify(money=ShopifyMoney.ORDERS),
                WebhookProvider.hmac(
                    name="acme",
                    header="x-acme-signature",
                    algorithm=HmacAlgorithm.SHA512,
                    encoding=SignatureEncoding.BASE64,
                    signed_text="{timestamp}.{body}",
                    timestamp_header="x-acme-time",
                    tolerance_seconds=120,
                    mapping=HmacMapping(
                        event_id="id",
                        event_type="type",
                        money_types=["payment.completed"],
                        transaction_id="payment.id",
                        amount="payment.amount",
                        amount_unit=AmountUnit.MINOR,
                        currency="payment.currency",
                        customer_id="payment.customer",
                    ),
                ),
            ],
            alert_subscribers=[
                AlertSubscriber.email("fraud@example.com", filter=AlertFilter(risk_bands=[RiskBand.HIGH])),
                AlertSubscriber.sms(
                    "+14155550100", filter=AlertFilter(tiers=[TransactionTier.HIGH], currencies=["EUR", "USD"])
                ),
                AlertSubscriber.queue(cases, raw_message=True),
            ],
            thresholds=ThresholdProps(
                medium=500,
                high=20_000,
                currencies={
                    "JPY": AmountThresholds(medium=75_000, high=3_000_000),
                    "KWD": AmountThresholds(medium=150.5),
                },
            ),
            fraud_detection=FraudDetectionProps(
                rules=[
                    FraudRule.high_amount(limit=5000, weight=0.35, currencies={"JPY": 750_000}),
                    FraudRule.country_mismatch(weight=0.3),
                    FraudRule.velocity_count(count=6, window=Duration.minutes(30)),
                    FraudRule.structuring(margin=0.15),
                    FraudRule.new_customer(shadow=True),
                    FraudRule.block_list(countries=["KP"]),
                ],
                medium_risk_above=0.35,
                high_risk_above=0.65,
                screened_tiers=[TransactionTier.MEDIUM, TransactionTier.HIGH],
                model=FraudModel.function(model, weight=0.4, timeout=Duration.seconds(3)),
                fuse=FraudFuseOptions(share=0.4, window=Duration.minutes(30)),
                fold_alerts=Duration.minutes(15),
            ),
            retention=RetentionProps(
                archive_after=Duration.hours(48),
                dedupe=Duration.days(40),
                infrequent_access_after=Duration.days(45),
                glacier_after=Duration.days(120),
                expire_after=Duration.days(2555),
                events=Duration.days(60),
                logs=logs.RetentionDays.THREE_MONTHS,
            ),
            archival=ArchivalProps(
                schedule=events.Schedule.cron(hour="4", minute="30"),
                segments=8,
                object_lock=s3.ObjectLockRetention.governance(Duration.days(365)),
            ),
            functions=FunctionsProps(
                validator=FunctionOptions(
                    memory_size=1536, timeout=Duration.seconds(10), reserved_concurrent_executions=100
                ),
                archiver=FunctionOptions(timeout=Duration.minutes(10)),
            ),
            packaging=HandlerPackaging.container(base_image="registry.example.com/lambda/nodejs:24"),
            endpoint=EndpointProps(throttling_rate_limit=200, throttling_burst_limit=400, max_body_bytes=65_536),
            environment_suffix="shop",
            removal_policy=RemovalPolicy.RETAIN,
            alarms=AlarmsProps(actions=[actions.SnsAction(on_call)], archive_heartbeat=Duration.hours(30)),
            tracing=False,
        )

        events.Rule(
            self,
            "Refunds",
            event_bus=payments.bus,
            event_pattern=events.EventPattern(
                source=["webhook.transaction"], detail={"metadata": {"kind": ["refund"]}}
            ),
        )
        payments.audit_bucket.grant_read(
            lambda_.Function(
                self,
                "Report",
                runtime=lambda_.Runtime.PYTHON_3_13,
                handler="index.handler",
                code=lambda_.Code.from_inline("def handler(event, context): pass"),
                environment={"TABLE_NAME": payments.table.table_name},
            )
        )
        CfnOutput(self, "StripeUrl", value=payments.webhook_url("stripe-eu"))


app = App()
ShopStack(app, "ShopStack")
app.synth()
