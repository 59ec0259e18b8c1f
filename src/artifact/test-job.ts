// Owns the whole catalogue's test as a Kubernetes Indexed Job: one shard of the labs in each of its pods.

import { stringify } from 'yaml';
import type { Artifacts } from './artifacts.ts';
import { labctlDockerfile } from './machine-image.ts';

/** As many pods as run at the same time. */
const shards = 4;

const image = 'labctl:latest';

/** The shell fills in which shard this pod has: indexes of a Job begin with 0, shards with 1. The report goes to the pod's log. */
const script = `labctl test --all --yes --shard "$((JOB_COMPLETION_INDEX + 1))/$SHARDS" --junit /tmp/labs.xml
STATUS=$?
cat /tmp/labs.xml
exit $STATUS
`;

/** `job.yaml`, the recipe of labctl's image, and a README. */
export function writeTestJob(packages: readonly string[]): Artifacts {
  return new Map([
    ['Dockerfile', labctlDockerfile(packages)],
    ['README.md', readme],
    ['job.yaml', `# All labs, a shard in each pod: labctl render --for job\n${stringify(job(), { lineWidth: 0 })}`],
  ]);
}

function job(): object {
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'labctl-test', labels: { 'app.kubernetes.io/name': 'labctl' } },
    spec: {
      completionMode: 'Indexed',
      completions: shards,
      parallelism: shards,
      // A lab that fails would fail again: each shard runs once, and the others are not ended by it.
      backoffLimitPerIndex: 0,
      maxFailedIndexes: shards,
      activeDeadlineSeconds: 3600,
      ttlSecondsAfterFinished: 86_400,
      template: {
        metadata: { labels: { 'app.kubernetes.io/name': 'labctl' } },
        spec: {
          restartPolicy: 'Never',
          automountServiceAccountToken: false,
          containers: [
            {
              name: 'labctl',
              image,
              command: ['sh', '-c', script],
              env: [{ name: 'SHARDS', value: String(shards) }],
              resources: { requests: { cpu: '2', memory: '2Gi' }, limits: { memory: '4Gi' } },
              // Labs are namespaces, links and mounts of their own.
              securityContext: { privileged: true },
            },
          ],
        },
      },
    },
  };
}

const readme = `# All labs of the catalogue as a Kubernetes Job

Each pod tests every ${shards}th lab: up, verify, capture, down. For more pods, raise \`completions\`, \`parallelism\`, \`maxFailedIndexes\`
and \`SHARDS\` in \`job.yaml\` alike. Kubernetes must be 1.29 or newer (\`backoffLimitPerIndex\`).

\`\`\`sh
npm pack --pack-destination . <a clone of labctl>
docker build --tag ${image} .                 # and push it where the cluster pulls from
kubectl apply --filename job.yaml
kubectl wait --for=condition=Complete --timeout=1h job/labctl-test
for index in $(seq 0 ${shards - 1}); do
  kubectl logs --selector batch.kubernetes.io/job-completion-index=$index --tail=-1
done
kubectl delete --filename job.yaml
\`\`\`
`;
