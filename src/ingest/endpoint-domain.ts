import {
  aws_apigateway as apigateway, aws_certificatemanager as acm, aws_route53 as route53, aws_route53_targets as targets,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { check } from '../validate';

/** A domain name of your own for the endpoint. */
export interface EndpointDomainOptions {
  /** Name, e.g. `hooks.example.com`. */
  readonly domainName: string;

  /** Certificate for the name, in the region of the stack. */
  readonly certificate: acm.ICertificate;

  /**
   * Hosted zone that gets the alias records of the name.
   *
   * @default - no records; point the name at `domain.domainNameAliasDomainName` yourself
   */
  readonly hostedZone?: route53.IHostedZone;

  /**
   * Truststore of mutual TLS: only callers with a client certificate that it trusts get through.
   *
   * @default - callers need no certificate
   * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-mutual-tls.html
   */
  readonly mutualTls?: apigateway.MTLSConfig;
}

/** The name of API Gateway's own is closed with a domain: it would be a way around mutual TLS. */
export function isExecuteApiDisabled(domain: EndpointDomainOptions | undefined, disabled: boolean | undefined): boolean {
  const prop = 'endpoint.disableExecuteApiEndpoint';
  check(domain !== undefined || disabled !== true, prop, disabled, 'set endpoint.domain as well, or there is no way in');
  check(domain?.mutualTls === undefined || disabled !== false, prop, disabled, 'leave it out: without a certificate callers would get in there');
  return disabled ?? domain !== undefined;
}

/** The domain name, mapped to the stage, with its records. */
export function addDomain(scope: Construct, api: apigateway.RestApi, options: EndpointDomainOptions): apigateway.DomainName {
  const { domainName, certificate, hostedZone, mutualTls } = options;
  check(
    /^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])$/.test(domainName), 'endpoint.domain.domainName', domainName,
    'use a name in lower case such as hooks.example.com, without scheme or path',
  );
  const domain = new apigateway.DomainName(scope, 'Domain', {
    domainName,
    certificate,
    endpointType: apigateway.EndpointType.REGIONAL,
    securityPolicy: apigateway.SecurityPolicy.TLS_1_2,
    mtls: mutualTls,
  });
  domain.addBasePathMapping(api);
  if (hostedZone) {
    const record = { zone: hostedZone, recordName: domainName, target: route53.RecordTarget.fromAlias(new targets.ApiGatewayDomain(domain)) };
    new route53.ARecord(scope, 'DomainRecord', record);
    new route53.AaaaRecord(scope, 'DomainRecordV6', record);
  }
  return domain;
}
