import {
  aws_certificatemanager as acm, aws_cloudwatch_actions as actions, aws_ec2 as ec2, aws_kms as kms, aws_route53 as route53, aws_s3 as s3,
  aws_sns as sns, Duration, RemovalPolicy, Stack,
} from 'aws-cdk-lib';
import { AlertSubscriber, AmountUnit, HandlerPackaging, WebAcl, WebhookProcessingSystemProps, WebhookProvider } from '../src';

/** The systems that are held against rule packs and linters, from nothing set to everything. */
export const CONFIGURATIONS: { readonly [name: string]: (scope: Stack) => WebhookProcessingSystemProps } = {
  default: () => ({}),

  all: (scope) => ({
    ...everyOption(scope),
    alertSubscribers: [AlertSubscriber.email('payments@example.com'), AlertSubscriber.sms('+14155550100')],
    alarms: { actions: [new actions.SnsAction(sns.Topic.fromTopicArn(scope, 'OnCall', `arn:aws:sns:${REGION}:${ACCOUNT}:on-call`))] },
  }),

  zip: () => ({ packaging: HandlerPackaging.zip(), providers: [WebhookProvider.stripe(), WebhookProvider.adyen()] }),

  dev: () => ({
    environmentSuffix: 'dev', removalPolicy: RemovalPolicy.DESTROY, packaging: HandlerPackaging.zip(),
    endpoint: { throttlingRateLimit: 20, throttlingBurstLimit: 40 },
  }),

  minimal: () => ({ dashboard: false, tracing: false, alarms: { enabled: false }, endpoint: { cloudWatchRole: false } }),
};

const [REGION, ACCOUNT] = ['eu-west-1', '111122223333'];

function everyOption(scope: Stack): WebhookProcessingSystemProps {
  const encryptionKey = new kms.Key(scope, 'Key', { enableKeyRotation: true });
  const certificate = acm.Certificate.fromCertificateArn(scope, 'Certificate', `arn:aws:acm:${REGION}:${ACCOUNT}:certificate/0a1b2c3d-4e5f-6789-abcd-ef0123456789`);
  const vpc = ec2.Vpc.fromVpcAttributes(scope, 'Vpc', {
    vpcId: 'vpc-0123456789abcdef0', availabilityZones: [`${REGION}a`, `${REGION}b`],
    privateSubnetIds: ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'],
  });
  const bucket = (id: string, name: string) => s3.Bucket.fromBucketName(scope, id, name);
  return {
    encryptionKey,
    vpc,
    providers: [
      WebhookProvider.stripe(),
      WebhookProvider.payPal({ webhookId: '8PT597110X687430LKGECATA' }),
      WebhookProvider.hmac({
        name: 'acme', header: 'x-acme-signature', allowedCidrs: ['192.0.2.0/24', '2001:db8::/32'],
        mapping: {
          transactionId: 'data.id', eventId: 'id', eventType: 'type', moneyTypes: ['payment.settled'],
          amount: 'data.amount', amountUnit: AmountUnit.MINOR, currency: 'data.currency',
        },
      }),
    ],
    endpoint: {
      domain: {
        domainName: 'hooks.example.com',
        certificate,
        hostedZone: route53.HostedZone.fromHostedZoneAttributes(scope, 'Zone', { hostedZoneId: 'Z0123456789ABCDEFGHIJ', zoneName: 'example.com' }),
        mutualTls: { bucket: bucket('Truststore', 'truststores-example'), key: 'providers.pem', version: 'kF3pF1xVbqWs7VTyQqJ0W1' },
      },
      webAcl: WebAcl.managedRules({ requestsPerAddress: 100_000 }),
    },
    functions: {
      validator: { reservedConcurrentExecutions: 200, provisionedConcurrentExecutions: 5 },
      relay: { reservedConcurrentExecutions: 10 },
      fraudDetector: { reservedConcurrentExecutions: 100, provisionedConcurrentExecutions: 2 },
      archiver: { reservedConcurrentExecutions: 8 },
    },
    retention: { expireAfter: Duration.days(2555) },
    archival: { serverAccessLogsBucket: bucket('AccessLogs', 's3-access-logs-example') },
  };
}
