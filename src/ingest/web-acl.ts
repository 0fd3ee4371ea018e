import { ArnFormat, aws_apigateway as apigateway, aws_logs as logs, aws_wafv2 as wafv2, Names, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { HandlerContext } from '../packaging/handler-function';
import { check, checkWholeNumber } from '../validate';

/** Options of a web ACL with managed rules. */
export interface ManagedWebAclOptions {
  /**
   * Requests one address may send in five minutes, 10 to 2,000,000,000. Providers send everything from few
   * addresses, so this has to be far above their busiest five minutes.
   *
   * @default - no limit by address; the stage has its throttle
   */
  readonly requestsPerAddress?: number;
}

/** A web ACL of AWS WAF in front of the endpoint. */
export abstract class WebAcl {
  /** One that exists: regional, in the region of the stack. */
  public static fromArn(webAclArn: string): WebAcl {
    check(/^arn:[\w-]+:wafv2:[\w-]+:\d{12}:regional\/webacl\/.+/.test(webAclArn), 'endpoint.webAcl', webAclArn, 'use the ARN of a regional web ACL');
    return new ExistingWebAcl(webAclArn);
  }

  /**
   * A new one with the managed rules of AWS: bad reputation, known bad input, and the core rule set. What those say about
   * bodies and user agents is only counted, as webhooks hold URLs and markup and are signed over every byte.
   * What is blocked or counted is logged, without headers that hold signatures.
   */
  public static managedRules(options: ManagedWebAclOptions = {}): WebAcl {
    checkWholeNumber('endpoint.webAcl.requestsPerAddress', options.requestsPerAddress, 10, 2_000_000_000);
    return new ManagedWebAcl(options);
  }

  /** @internal */
  public abstract _bind(scope: Construct, binding: WebAclBinding): BoundWebAcl;
}

/** @internal */
export interface WebAclBinding {
  readonly context: HandlerContext;
  readonly stage: apigateway.Stage;
  /** Headers whose values stay out of logs. */
  readonly secretHeaders: string[];
}

/** @internal */
export interface BoundWebAcl {
  readonly webAcl?: wafv2.CfnWebACL;
  readonly logGroup?: logs.LogGroup;
}

class ExistingWebAcl extends WebAcl {
  public constructor(private readonly webAclArn: string) {
    super();
  }

  public _bind(scope: Construct, { stage }: WebAclBinding): BoundWebAcl {
    associate(scope, this.webAclArn, stage);
    return {};
  }
}

/** Rules of the core rule set that are about what only the signature should judge. */
const COUNTED = ['NoUserAgent_HEADER', 'SizeRestrictions_BODY', 'EC2MetaDataSSRF_BODY', 'GenericLFI_BODY', 'GenericRFI_BODY', 'CrossSiteScripting_BODY'];

const MANAGED: { readonly [ruleGroup: string]: string[] } = {
  AWSManagedRulesAmazonIpReputationList: [],
  AWSManagedRulesKnownBadInputsRuleSet: ['JavaDeserializationRCE_BODY', 'Log4JRCE_BODY', 'ReactJSRCE_BODY'],
  AWSManagedRulesCommonRuleSet: COUNTED,
};

class ManagedWebAcl extends WebAcl {
  public constructor(private readonly options: ManagedWebAclOptions) {
    super();
  }

  public _bind(scope: Construct, { context, stage, secretHeaders }: WebAclBinding): BoundWebAcl {
    const webAcl = new wafv2.CfnWebACL(scope, 'WebAcl', {
      name: context.naming.of('webhook-web-acl'),
      description: 'In front of the webhook endpoint',
      scope: 'REGIONAL',
      defaultAction: { allow: {} },
      visibilityConfig: visibility('WebhookWebAcl'),
      rules: this.rules(),
    });
    associate(scope, webAcl.attrArn, stage);
    const logGroup = new logs.LogGroup(scope, 'WebAclLogs', {
      // AWS WAF takes no other beginning.
      logGroupName: `aws-waf-logs-${context.naming.of('webhook-api') ?? Names.uniqueResourceName(scope, { maxLength: 64, separator: '-' })}`,
      retention: context.logRetention,
      encryptionKey: context.encryptionKey,
      removalPolicy: context.removalPolicy,
    });
    logTo(scope, webAcl, logGroup, secretHeaders);
    return { webAcl, logGroup };
  }

  private rules(): wafv2.CfnWebACL.RuleProperty[] {
    const managed = Object.entries(MANAGED).map(([name, counted], priority): wafv2.CfnWebACL.RuleProperty => ({
      name,
      priority,
      overrideAction: { none: {} },
      visibilityConfig: visibility(name),
      statement: {
        managedRuleGroupStatement: {
          vendorName: 'AWS', name, ruleActionOverrides: counted.map((rule) => ({ name: rule, actionToUse: { count: {} } })),
        },
      },
    }));
    const { requestsPerAddress: limit } = this.options;
    return limit === undefined ? managed : [...managed, {
      name: 'RequestsPerAddress',
      priority: managed.length,
      action: { block: { customResponse: { responseCode: 429 } } },
      visibilityConfig: visibility('RequestsPerAddress'),
      statement: { rateBasedStatement: { limit, aggregateKeyType: 'IP' } },
    }];
  }
}

/** Only what a rule found: who got through is in the access log. */
function logTo(scope: Construct, webAcl: wafv2.CfnWebACL, logGroup: logs.LogGroup, secretHeaders: string[]): void {
  const found = ['BLOCK', 'COUNT'].map((action) => ({ ActionCondition: { Action: action } }));
  new wafv2.CfnLoggingConfiguration(scope, 'WebAclLogging', {
    resourceArn: webAcl.attrArn,
    // AWS WAF wants the ARN without the trailing `:*`.
    logDestinationConfigs: [Stack.of(scope).formatArn({
      service: 'logs', resource: 'log-group', resourceName: logGroup.logGroupName, arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    })],
    redactedFields: secretHeaders.map((header) => ({ singleHeader: { Name: header } })),
    loggingFilter: { DefaultBehavior: 'DROP', Filters: [{ Behavior: 'KEEP', Requirement: 'MEETS_ANY', Conditions: found }] },
  });
}

function associate(scope: Construct, webAclArn: string, stage: apigateway.Stage): void {
  new wafv2.CfnWebACLAssociation(scope, 'WebAclAssociation', { webAclArn, resourceArn: stage.stageArn });
}

function visibility(metricName: string): wafv2.CfnWebACL.VisibilityConfigProperty {
  return { cloudWatchMetricsEnabled: true, sampledRequestsEnabled: false, metricName };
}
