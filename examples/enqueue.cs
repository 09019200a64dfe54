// Sends one job to the worker's queue. Needs .NET 8 and the package AWSSDK.SQS.
// The JSON that this writes is in docs/messages-dotnet.md; a test feeds it to the worker's parser.
using System.Text.Json;
using Amazon.SQS;
using Amazon.SQS.Model;

public sealed record SyncJobRequest(
    Guid JobId, Guid TenantId, string ProviderName, string? AccessToken = null, AdditionalData? AdditionalData = null);

public sealed record AdditionalData(
    string? SyncType = null, IReadOnlyList<string>? Resources = null, int? BatchSize = null, bool? ForceRefresh = null);

public sealed class BillingSync(IAmazonSQS queue, string queueUrl)
{
    /// <summary>Queues a sync of one tenant's account. The job's row in sync_jobs has the returned id.</summary>
    public async Task<Guid> EnqueueAsync(
        Guid tenantId, string accessToken, AdditionalData? additionalData = null, CancellationToken cancellation = default)
    {
        var request = new SyncJobRequest(Guid.NewGuid(), tenantId, "stripe", accessToken, additionalData);
        await queue.SendMessageAsync(
            new SendMessageRequest
            {
                QueueUrl = queueUrl,
                MessageBody = JsonSerializer.Serialize(request),
                // A backlog of one tenant does not delay the others.
                MessageGroupId = tenantId.ToString(),
            },
            cancellation);
        return request.JobId;
    }
}
