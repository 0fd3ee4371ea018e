// A shop's payments with many options: the app of ../typescript/shop.ts in Go.
//
// Run it: cdk synth --app "go run ."
//
// Before a release, "npx projen package:go" builds the module: point the app at it with
// go mod edit -replace github.com/cdk-webhook-processing/cdk-webhook-processing-go/cdkwebhookprocessing=../../dist/go/cdkwebhookprocessing
package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatchactions"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssecretsmanager"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
	webhooks "github.com/cdk-webhook-processing/cdk-webhook-processing-go/cdkwebhookprocessing"
)

func main() {
	defer jsii.Close()
	app := awscdk.NewApp(nil)
	newShopStack(app, "ShopStack")
	app.Synth(nil)
}

func newShopStack(scope constructs.Construct, id string) awscdk.Stack {
	stack := awscdk.NewStack(scope, &id, nil)
	adyenKey := awssecretsmanager.Secret_FromSecretNameV2(stack, jsii.String("AdyenKey"), jsii.String("payments/adyen"))
	model := awslambda.Function_FromFunctionName(stack, jsii.String("Model"), jsii.String("fraud-model"))
	cases := awssqs.NewQueue(stack, jsii.String("Cases"), &awssqs.QueueProps{EnforceSSL: jsii.Bool(true)})
	onCall := awssns.NewTopic(stack, jsii.String("OnCall"), nil)

	payments := webhooks.NewWebhookProcessingSystem(stack, jsii.String("Payments"), &webhooks.WebhookProcessingSystemProps{
		Providers:        providers(adyenKey),
		AlertSubscribers: subscribers(cases),
		Thresholds: &webhooks.ThresholdProps{
			Medium: jsii.Number(500),
			High:   jsii.Number(20_000),
			Currencies: &map[string]*webhooks.AmountThresholds{
				"JPY": {Medium: jsii.Number(75_000), High: jsii.Number(3_000_000)},
				"KWD": {Medium: jsii.Number(150.5)},
			},
		},
		FraudDetection: fraudDetection(model),
		Retention: &webhooks.RetentionProps{
			ArchiveAfter:          awscdk.Duration_Hours(jsii.Number(48)),
			Dedupe:                awscdk.Duration_Days(jsii.Number(40)),
			InfrequentAccessAfter: awscdk.Duration_Days(jsii.Number(45)),
			GlacierAfter:          awscdk.Duration_Days(jsii.Number(120)),
			ExpireAfter:           awscdk.Duration_Days(jsii.Number(2555)),
			Events:                awscdk.Duration_Days(jsii.Number(60)),
			Logs:                  awslogs.RetentionDays_THREE_MONTHS,
		},
		Archival: &webhooks.ArchivalProps{
			Schedule:   awsevents.Schedule_Cron(&awsevents.CronOptions{Hour: jsii.String("4"), Minute: jsii.String("30")}),
			Segments:   jsii.Number(8),
			ObjectLock: awss3.ObjectLockRetention_Governance(awscdk.Duration_Days(jsii.Number(365))),
		},
		Functions: &webhooks.FunctionsProps{
			Validator: &webhooks.FunctionOptions{
				MemorySize:                   jsii.Number(1536),
				Timeout:                      awscdk.Duration_Seconds(jsii.Number(10)),
				ReservedConcurrentExecutions: jsii.Number(100),
			},
			Archiver: &webhooks.FunctionOptions{Timeout: awscdk.Duration_Minutes(jsii.Number(10))},
		},
		Packaging: webhooks.HandlerPackaging_Container(&webhooks.ContainerPackagingOptions{
			BaseImage: jsii.String("registry.example.com/lambda/nodejs:24"),
		}),
		Endpoint: &webhooks.EndpointProps{
			ThrottlingRateLimit:  jsii.Number(200),
			ThrottlingBurstLimit: jsii.Number(400),
			MaxBodyBytes:         jsii.Number(65_536),
		},
		EnvironmentSuffix: jsii.String("shop"),
		RemovalPolicy:     awscdk.RemovalPolicy_RETAIN,
		Alarms: &webhooks.AlarmsProps{
			Actions:          &[]awscloudwatch.IAlarmAction{awscloudwatchactions.NewSnsAction(onCall)},
			ArchiveHeartbeat: awscdk.Duration_Hours(jsii.Number(30)),
		},
		Tracing: jsii.Bool(false),
	})

	awsevents.NewRule(stack, jsii.String("Refunds"), &awsevents.RuleProps{
		EventBus: payments.Bus(),
		EventPattern: &awsevents.EventPattern{
			Source: jsii.Strings("webhook.transaction"),
			Detail: &map[string]interface{}{"metadata": map[string]interface{}{"kind": []string{"refund"}}},
		},
	})
	payments.AuditBucket().GrantRead(awslambda.NewFunction(stack, jsii.String("Report"), &awslambda.FunctionProps{
		Runtime:     awslambda.Runtime_PYTHON_3_13(),
		Handler:     jsii.String("index.handler"),
		Code:        awslambda.Code_FromInline(jsii.String("def handler(event, context): pass")),
		Environment: &map[string]*string{"TABLE_NAME": payments.Table().TableName()},
	}), nil)
	awscdk.NewCfnOutput(stack, jsii.String("StripeUrl"), &awscdk.CfnOutputProps{Value: payments.WebhookUrl(jsii.String("stripe-eu"))})
	return stack
}

func providers(adyenKey awssecretsmanager.ISecret) *[]webhooks.WebhookProvider {
	return &[]webhooks.WebhookProvider{
		webhooks.WebhookProvider_StandardWebhooks(nil),
		webhooks.WebhookProvider_Stripe(&webhooks.StripeOptions{Name: jsii.String("stripe-eu")}),
		webhooks.WebhookProvider_Stripe(&webhooks.StripeOptions{Name: jsii.String("stripe-us")}),
		webhooks.WebhookProvider_Adyen(&webhooks.AdyenOptions{Secret: adyenKey, MoneyEvents: jsii.Strings("CAPTURE", "REFUND")}),
		webhooks.WebhookProvider_PayPal(&webhooks.PayPalOptions{WebhookId: jsii.String("8PT597110X687430LKGECATA"), Sandbox: jsii.Bool(true)}),
		webhooks.WebhookProvider_Shopify(&webhooks.ShopifyOptions{Money: webhooks.ShopifyMoney_ORDERS}),
		webhooks.WebhookProvider_Hmac(&webhooks.HmacOptions{
			Name:             jsii.String("acme"),
			Header:           jsii.String("x-acme-signature"),
			Algorithm:        webhooks.HmacAlgorithm_SHA512,
			Encoding:         webhooks.SignatureEncoding_BASE64,
			SignedText:       jsii.String("{timestamp}.{body}"),
			TimestampHeader:  jsii.String("x-acme-time"),
			ToleranceSeconds: jsii.Number(120),
			Mapping: &webhooks.HmacMapping{
				EventId:       jsii.String("id"),
				EventType:     jsii.String("type"),
				MoneyTypes:    jsii.Strings("payment.completed"),
				TransactionId: jsii.String("payment.id"),
				Amount:        jsii.String("payment.amount"),
				AmountUnit:    webhooks.AmountUnit_MINOR,
				Currency:      jsii.String("payment.currency"),
				CustomerId:    jsii.String("payment.customer"),
			},
		}),
	}
}

func subscribers(cases awssqs.IQueue) *[]webhooks.AlertSubscriber {
	return &[]webhooks.AlertSubscriber{
		webhooks.AlertSubscriber_Email(jsii.String("fraud@example.com"), &webhooks.AlertSubscriberOptions{
			Filter: &webhooks.AlertFilter{RiskBands: &[]webhooks.RiskBand{webhooks.RiskBand_HIGH}},
		}),
		webhooks.AlertSubscriber_Sms(jsii.String("+14155550100"), &webhooks.AlertSubscriberOptions{
			Filter: &webhooks.AlertFilter{
				Tiers:      &[]webhooks.TransactionTier{webhooks.TransactionTier_HIGH},
				Currencies: jsii.Strings("EUR", "USD"),
			},
		}),
		webhooks.AlertSubscriber_Queue(cases, &webhooks.MachineSubscriberOptions{RawMessage: jsii.Bool(true)}),
	}
}

func fraudDetection(model awslambda.IFunction) *webhooks.FraudDetectionProps {
	return &webhooks.FraudDetectionProps{
		Rules: &[]webhooks.FraudRule{
			webhooks.FraudRule_HighAmount(&webhooks.AmountRuleOptions{
				Limit: jsii.Number(5000), Weight: jsii.Number(0.35), Currencies: &map[string]*float64{"JPY": jsii.Number(750_000)},
			}),
			webhooks.FraudRule_CountryMismatch(&webhooks.FraudRuleOptions{Weight: jsii.Number(0.3)}),
			webhooks.FraudRule_VelocityCount(&webhooks.VelocityCountOptions{
				Count: jsii.Number(6), Window: awscdk.Duration_Minutes(jsii.Number(30)),
			}),
			webhooks.FraudRule_Structuring(&webhooks.StructuringOptions{Margin: jsii.Number(0.15)}),
			webhooks.FraudRule_NewCustomer(&webhooks.NewCustomerOptions{Shadow: jsii.Bool(true)}),
			webhooks.FraudRule_BlockList(&webhooks.FraudListOptions{Countries: jsii.Strings("KP")}),
		},
		MediumRiskAbove: jsii.Number(0.35),
		HighRiskAbove:   jsii.Number(0.65),
		ScreenedTiers:   &[]webhooks.TransactionTier{webhooks.TransactionTier_MEDIUM, webhooks.TransactionTier_HIGH},
		Model: webhooks.FraudModel_Function(model, &webhooks.FraudModelOptions{
			Weight: jsii.Number(0.4), Timeout: awscdk.Duration_Seconds(jsii.Number(3)),
		}),
		Fuse:       &webhooks.FraudFuseOptions{Share: jsii.Number(0.4), Window: awscdk.Duration_Minutes(jsii.Number(30))},
		FoldAlerts: awscdk.Duration_Minutes(jsii.Number(15)),
	}
}
