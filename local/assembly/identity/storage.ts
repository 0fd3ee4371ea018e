import { ACCOUNT, arn, REGION } from '../../kernel/identity';
import { byId, each, Identity, IdentityRules, named, Naming } from './names';

/** DynamoDB, S3, Secrets Manager, KMS, SSM, ECR, Glue and Athena. */
export const STORAGE: IdentityRules = {
  ...each(table, 'AWS::DynamoDB::Table', 'AWS::DynamoDB::GlobalTable'),
  'AWS::S3::Bucket': bucket,
  'AWS::S3::BucketPolicy': byId,
  'AWS::SecretsManager::Secret': secret,
  ...each(ofSecret, 'AWS::SecretsManager::SecretTargetAttachment', 'AWS::SecretsManager::RotationSchedule', 'AWS::SecretsManager::ResourcePolicy'),
  'AWS::KMS::Key': (key) => {
    const id = key.uuid();
    return { ref: id, attributes: { Arn: arn('kms', `key/${id}`), KeyId: id } };
  },
  'AWS::KMS::Alias': named('AliasName', 256),
  'AWS::SSM::Parameter': (parameter) => ({
    ref: parameter.name('Name', 512),
    attributes: { Type: String(parameter.properties.Type), Value: String(parameter.properties.Value) },
  }),
  'AWS::ECR::Repository': (repository) => {
    const name = repository.properties.RepositoryName ?? repository.generated(256).toLowerCase();
    const RepositoryUri = `${ACCOUNT}.dkr.ecr.${REGION}.amazonaws.com/${name}`;
    return { ref: name, attributes: { Arn: arn('ecr', `repository/${name}`), RepositoryUri } };
  },
  'AWS::Glue::Database': (database) => ({ ref: database.properties.DatabaseInput?.Name ?? lowerName(database), attributes: {} }),
  'AWS::Glue::Table': (glueTable) => ({ ref: glueTable.properties.TableInput?.Name ?? lowerName(glueTable), attributes: {} }),
  ...each(named('Name'), 'AWS::Glue::Crawler', 'AWS::Glue::Job', 'AWS::Athena::WorkGroup'),
  'AWS::Athena::NamedQuery': (query) => ({ ref: query.uuid(), attributes: { NamedQueryId: query.uuid() } }),
};

function table(resource: Naming): Identity {
  const name = resource.name('TableName', 255);
  const Arn = arn('dynamodb', `table/${name}`);
  const stream: Record<string, string> = resource.properties.StreamSpecification ? { StreamArn: `${Arn}/stream/2026-01-01T00:00:00.000` } : {};
  return { ref: name, attributes: { Arn, ...stream, TableId: resource.uuid() } };
}

function bucket(resource: Naming): Identity {
  const name = resource.properties.BucketName ?? resource.generated(63).toLowerCase().replace(/[^a-z0-9-]/g, '-');
  return {
    ref: name,
    attributes: {
      Arn: `arn:aws:s3:::${name}`,
      DomainName: `${name}.s3.amazonaws.com`,
      RegionalDomainName: `${name}.s3.${REGION}.amazonaws.com`,
      DualStackDomainName: `${name}.s3.dualstack.${REGION}.amazonaws.com`,
      WebsiteURL: `http://${name}.s3-website-${REGION}.amazonaws.com`,
    },
  };
}

function secret(resource: Naming): Identity {
  const ref = arn('secretsmanager', `secret:${resource.name('Name', 512)}-${resource.id(6)}`);
  return { ref, attributes: { Id: ref } };
}

/** Attachments and the like are known by the secret they belong to. */
function ofSecret(resource: Naming): Identity {
  return { ref: resource.properties.SecretId, attributes: {} };
}

function lowerName(resource: Naming): string {
  return resource.generated(255).toLowerCase().replace(/-/g, '_');
}
