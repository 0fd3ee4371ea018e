package shop;

import io.github.cdkwebhookprocessing.AdyenOptions;
import io.github.cdkwebhookprocessing.AlarmsProps;
import io.github.cdkwebhookprocessing.AlertFilter;
import io.github.cdkwebhookprocessing.AlertSubscriber;
import io.github.cdkwebhookprocessing.AlertSubscriberOptions;
import io.github.cdkwebhookprocessing.AmountRuleOptions;
import io.github.cdkwebhookprocessing.AmountThresholds;
import io.github.cdkwebhookprocessing.AmountUnit;
import io.github.cdkwebhookprocessing.ArchivalProps;
import io.github.cdkwebhookprocessing.ContainerPackagingOptions;
import io.github.cdkwebhookprocessing.EndpointProps;
import io.github.cdkwebhookprocessing.FraudDetectionProps;
import io.github.cdkwebhookprocessing.FraudFuseOptions;
import io.github.cdkwebhookprocessing.FraudListOptions;
import io.github.cdkwebhookprocessing.FraudModel;
import io.github.cdkwebhookprocessing.FraudModelOptions;
import io.github.cdkwebhookprocessing.FraudRule;
import io.github.cdkwebhookprocessing.FraudRuleOptions;
import io.github.cdkwebhookprocessing.FunctionOptions;
import io.github.cdkwebhookprocessing.FunctionsProps;
import io.github.cdkwebhookprocessing.HandlerPackaging;
import io.github.cdkwebhookprocessing.HmacAlgorithm;
import io.github.cdkwebhookprocessing.HmacMapping;
import io.github.cdkwebhookprocessing.HmacOptions;
import io.github.cdkwebhookprocessing.MachineSubscriberOptions;
import io.github.cdkwebhookprocessing.NewCustomerOptions;
import io.github.cdkwebhookprocessing.PayPalOptions;
import io.github.cdkwebhookprocessing.RetentionProps;
import io.github.cdkwebhookprocessing.RiskBand;
import io.github.cdkwebhookprocessing.ShopifyMoney;
import io.github.cdkwebhookprocessing.ShopifyOptions;
import io.github.cdkwebhookprocessing.SignatureEncoding;
import io.github.cdkwebhookprocessing.StripeOptions;
import io.github.cdkwebhookprocessing.StructuringOptions;
import io.github.cdkwebhookprocessing.ThresholdProps;
import io.github.cdkwebhookprocessing.TransactionTier;
import io.github.cdkwebhookprocessing.VelocityCountOptions;
import io.github.cdkwebhookprocessing.WebhookProcessingSystem;
import io.github.cdkwebhookprocessing.WebhookProvider;
import java.util.List;
import java.util.Map;
import software.amazon.awscdk.App;
import software.amazon.awscdk.CfnOutput;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.RemovalPolicy;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.services.cloudwatch.actions.SnsAction;
import software.amazon.awscdk.services.events.CronOptions;
import software.amazon.awscdk.services.events.EventPattern;
import software.amazon.awscdk.services.events.Rule;
import software.amazon.awscdk.services.events.Schedule;
import software.amazon.awscdk.services.lambda.Code;
import software.amazon.awscdk.services.lambda.Function;
import software.amazon.awscdk.services.lambda.IFunction;
import software.amazon.awscdk.services.lambda.Runtime;
import software.amazon.awscdk.services.logs.RetentionDays;
import software.amazon.awscdk.services.s3.ObjectLockRetention;
import software.amazon.awscdk.services.secretsmanager.ISecret;
import software.amazon.awscdk.services.secretsmanager.Secret;
import software.amazon.awscdk.services.sns.Topic;
import software.amazon.awscdk.services.sqs.Queue;
import software.constructs.Construct;

/**
 * A shop's payments with many options: the app of ../typescript/shop.ts in Java.
 *
 * <p>Run it: cdk synth --app "mvn -q compile exec:java". Before a release, "npx projen package:java" builds the package as a
 * Maven repository: add -Dpackages=../../dist/java.
 */
public final class Shop extends Stack {
    private Shop(final Construct scope, final String id) {
        super(scope, id);
        ISecret adyenKey = Secret.fromSecretNameV2(this, "AdyenKey", "payments/adyen");
        IFunction model = Function.fromFunctionName(this, "Model", "fraud-model");
        Queue cases = Queue.Builder.create(this, "Cases").enforceSsl(true).build();
        Topic onCall = new Topic(this, "OnCall");

        WebhookProcessingSystem payments = WebhookProcessingSystem.Builder.create(this, "Payments")
                .providers(providers(adyenKey))
                .alertSubscribers(subscribers(cases))
                .thresholds(ThresholdProps.builder()
                        .medium(500)
                        .high(20_000)
                        .currencies(Map.of(
                                "JPY", AmountThresholds.builder().medium(75_000).high(3_000_000).build(),
                                "KWD", AmountThresholds.builder().medium(150.5).build()))
                        .build())
                .fraudDetection(fraudDetection(model))
                .retention(RetentionProps.builder()
                        .archiveAfter(Duration.hours(48))
                        .dedupe(Duration.days(40))
                        .infrequentAccessAfter(Duration.days(45))
                        .glacierAfter(Duration.days(120))
                        .expireAfter(Duration.days(2555))
                        .events(Duration.days(60))
                        .logs(RetentionDays.THREE_MONTHS)
                        .build())
                .archival(ArchivalProps.builder()
                        .schedule(Schedule.cron(CronOptions.builder().hour("4").minute("30").build()))
                        .segments(8)
                        .objectLock(ObjectLockRetention.governance(Duration.days(365)))
                        .build())
                .functions(FunctionsProps.builder()
                        .validator(FunctionOptions.builder()
                                .memorySize(1536)
                                .timeout(Duration.seconds(10))
                                .reservedConcurrentExecutions(100)
                                .build())
                        .archiver(FunctionOptions.builder().timeout(Duration.minutes(10)).build())
                        .build())
                .packaging(HandlerPackaging.container(
                        ContainerPackagingOptions.builder().baseImage("registry.example.com/lambda/nodejs:24").build()))
                .endpoint(EndpointProps.builder()
                        .throttlingRateLimit(200)
                        .throttlingBurstLimit(400)
                        .maxBodyBytes(65_536)
                        .build())
                .environmentSuffix("shop")
                .removalPolicy(RemovalPolicy.RETAIN)
                .alarms(AlarmsProps.builder().actions(List.of(new SnsAction(onCall))).archiveHeartbeat(Duration.hours(30)).build())
                .tracing(false)
                .build();

        Rule.Builder.create(this, "Refunds")
                .eventBus(payments.getBus())
                .eventPattern(EventPattern.builder()
                        .source(List.of("webhook.transaction"))
                        .detail(Map.of("metadata", Map.of("kind", List.of("refund"))))
                        .build())
                .build();
        payments.getAuditBucket().grantRead(Function.Builder.create(this, "Report")
                .runtime(Runtime.PYTHON_3_13)
                .handler("index.handler")
                .code(Code.fromInline("def handler(event, context): pass"))
                .environment(Map.of("TABLE_NAME", payments.getTable().getTableName()))
                .build());
        CfnOutput.Builder.create(this, "StripeUrl").value(payments.webhookUrl("stripe-eu")).build();
    }

    private static List<WebhookProvider> providers(final ISecret adyenKey) {
        return List.of(
                WebhookProvider.standardWebhooks(),
                WebhookProvider.stripe(StripeOptions.builder().name("stripe-eu").build()),
                WebhookProvider.stripe(StripeOptions.builder().name("stripe-us").build()),
                WebhookProvider.adyen(AdyenOptions.builder().secret(adyenKey).moneyEvents(List.of("CAPTURE", "REFUND")).build()),
                WebhookProvider.payPal(PayPalOptions.builder().webhookId("8PT597110X687430LKGECATA").sandbox(true).build()),
                WebhookProvider.shopify(ShopifyOptions.builder().money(ShopifyMoney.ORDERS).build()),
                WebhookProvider.hmac(HmacOptions.builder()
                        .name("acme")
                        .header("x-acme-signature")
                        .algorithm(HmacAlgorithm.SHA512)
                        .encoding(SignatureEncoding.BASE64)
                        .signedText("{timestamp}.{body}")
                        .timestampHeader("x-acme-time")
                        .toleranceSeconds(120)
                        .mapping(HmacMapping.builder()
                                .eventId("id")
                                .eventType("type")
                                .moneyTypes(List.of("payment.completed"))
                                .transactionId("payment.id")
                                .amount("payment.amount")
                                .amountUnit(AmountUnit.MINOR)
                                .currency("payment.currency")
                                .customerId("payment.customer")
                                .build())
                        .build()));
    }

    private static List<AlertSubscriber> subscribers(final Queue cases) {
        AlertFilter risky = AlertFilter.builder().riskBands(List.of(RiskBand.HIGH)).build();
        AlertFilter large = AlertFilter.builder().tiers(List.of(TransactionTier.HIGH)).currencies(List.of("EUR", "USD")).build();
        return List.of(
                AlertSubscriber.email("fraud@example.com", AlertSubscriberOptions.builder().filter(risky).build()),
                AlertSubscriber.sms("+14155550100", AlertSubscriberOptions.builder().filter(large).build()),
                AlertSubscriber.queue(cases, MachineSubscriberOptions.builder().rawMessage(true).build()));
    }

    private static FraudDetectionProps fraudDetection(final IFunction model) {
        return FraudDetectionProps.builder()
                .rules(List.of(
                        FraudRule.highAmount(AmountRuleOptions.builder().limit(5000).weight(0.35).currencies(Map.of("JPY", 750_000)).build()),
                        FraudRule.countryMismatch(FraudRuleOptions.builder().weight(0.3).build()),
                        FraudRule.velocityCount(VelocityCountOptions.builder().count(6).window(Duration.minutes(30)).build()),
                        FraudRule.structuring(StructuringOptions.builder().margin(0.15).build()),
                        FraudRule.newCustomer(NewCustomerOptions.builder().shadow(true).build()),
                        FraudRule.blockList(FraudListOptions.builder().countries(List.of("KP")).build())))
                .mediumRiskAbove(0.35)
                .highRiskAbove(0.65)
                .screenedTiers(List.of(TransactionTier.MEDIUM, TransactionTier.HIGH))
                .model(FraudModel.function(model, FraudModelOptions.builder().weight(0.4).timeout(Duration.seconds(3)).build()))
                .fuse(FraudFuseOptions.builder().share(0.4).window(Duration.minutes(30)).build())
                .foldAlerts(Duration.minutes(15))
                .build();
    }

    public static void main(final String[] args) {
        App app = new App();
        new Shop(app, "ShopStack");
        app.synth();
    }
}
