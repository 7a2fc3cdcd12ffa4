/**
 * The field names of the upstream messages that are read here, in protojson form. A field that stands here but that no decoder asks for is
 * reported as not simulated; any other field is a mistake of the source, as it is for Envoy.
 * envoyproxy/envoy api/envoy/** at the 1.37 line
 */
const FIELD_NAMES = {
  'envoy.config.route.v3.RouteConfiguration':
    'name virtualHosts vhds internalOnlyHeaders responseHeadersToAdd responseHeadersToRemove requestHeadersToAdd requestHeadersToRemove mostSpecificHeaderMutationsWins validateClusters maxDirectResponseBodySizeBytes clusterSpecifierPlugins requestMirrorPolicies ignorePortInHostMatching vhostHeader ignorePathParametersInPathMatching typedPerFilterConfig metadata',
  'envoy.config.route.v3.VirtualHost':
    'name domains routes matcher requireTls virtualClusters rateLimits requestHeadersToAdd requestHeadersToRemove responseHeadersToAdd responseHeadersToRemove cors typedPerFilterConfig includeRequestAttemptCount includeAttemptCountInResponse retryPolicy retryPolicyTypedConfig hedgePolicy includeIsTimeoutRetryHeader perRequestBufferLimitBytes requestBodyBufferLimit requestMirrorPolicies metadata',
  'envoy.config.route.v3.Route':
    'name match route redirect directResponse filterAction nonForwardingAction metadata decorator typedPerFilterConfig requestHeadersToAdd requestHeadersToRemove responseHeadersToAdd responseHeadersToRemove tracing perRequestBufferLimitBytes statPrefix requestBodyBufferLimit',
  'envoy.config.route.v3.RouteMatch':
    'prefix path safeRegex connectMatcher pathSeparatedPrefix pathMatchPolicy caseSensitive runtimeFraction headers queryParameters grpc tlsContext dynamicMetadata filterState',
  'envoy.config.route.v3.RouteMatch.TlsContextMatchOptions': 'presented validated',
  'envoy.config.route.v3.RouteAction':
    'cluster clusterHeader weightedClusters clusterSpecifierPlugin inlineClusterSpecifierPlugin clusterNotFoundResponseCode metadataMatch prefixRewrite regexRewrite pathRewritePolicy pathRewrite hostRewriteLiteral autoHostRewrite hostRewriteHeader hostRewritePathRegex hostRewrite appendXForwardedHost timeout idleTimeout flushTimeout earlyDataPolicy retryPolicy retryPolicyTypedConfig requestMirrorPolicies priority rateLimits includeVhRateLimits hashPolicy cors maxGrpcTimeout grpcTimeoutOffset upgradeConfigs internalRedirectPolicy internalRedirectAction maxInternalRedirects hedgePolicy maxStreamDuration',
  'envoy.config.route.v3.RouteAction.RequestMirrorPolicy':
    'cluster clusterHeader runtimeFraction traceSampled disableShadowHostSuffixAppend requestHeadersMutations hostRewriteLiteral',
  'envoy.config.route.v3.RouteAction.HashPolicy':
    'header cookie connectionProperties queryParameter filterState terminal',
  'envoy.config.route.v3.RouteAction.HashPolicy.Header': 'headerName regexRewrite',
  'envoy.config.route.v3.RouteAction.HashPolicy.Cookie': 'name ttl path attributes',
  'envoy.config.route.v3.RouteAction.UpgradeConfig': 'upgradeType enabled connectConfig',
  'envoy.config.route.v3.RouteAction.MaxStreamDuration':
    'maxStreamDuration grpcTimeoutHeaderMax grpcTimeoutHeaderOffset',
  'envoy.config.route.v3.WeightedCluster': 'clusters totalWeight runtimeKeyPrefix headerName useHashPolicy',
  'envoy.config.route.v3.WeightedCluster.ClusterWeight':
    'name clusterHeader weight metadataMatch requestHeadersToAdd requestHeadersToRemove responseHeadersToAdd responseHeadersToRemove typedPerFilterConfig hostRewriteLiteral',
  'envoy.config.route.v3.ClusterSpecifierPlugin': 'extension isOptional',
  'envoy.config.route.v3.RetryPolicy':
    'retryOn numRetries perTryTimeout perTryIdleTimeout retryPriority retryHostPredicate retryOptionsPredicates hostSelectionRetryMaxAttempts retriableStatusCodes retryBackOff rateLimitedRetryBackOff retriableHeaders retriableRequestHeaders',
  'envoy.config.route.v3.RetryPolicy.RetryBackOff': 'baseInterval maxInterval',
  'envoy.config.route.v3.RetryPolicy.RateLimitedRetryBackOff': 'resetHeaders maxInterval',
  'envoy.config.route.v3.HedgePolicy': 'initialRequests additionalRequestChance hedgeOnPerTryTimeout',
  'envoy.config.route.v3.RedirectAction':
    'httpsRedirect schemeRedirect hostRedirect portRedirect pathRedirect prefixRewrite regexRewrite responseCode stripQuery',
  'envoy.config.route.v3.DirectResponseAction': 'status body bodyFormat',
  'envoy.config.route.v3.Decorator': 'operation propagate',
  'envoy.config.route.v3.VirtualCluster': 'headers name',
  'envoy.config.route.v3.RateLimit': 'stage disableKey actions limit hitsAddend applyOnStreamDone',
  'envoy.config.route.v3.RateLimit.Action':
    'sourceCluster destinationCluster requestHeaders queryParameters remoteAddress genericKey headerValueMatch dynamicMetadata metadata extension maskedRemoteAddress queryParameterValueMatch',
  'envoy.config.route.v3.RateLimit.Action.RequestHeaders': 'headerName descriptorKey skipIfAbsent',
  'envoy.config.route.v3.RateLimit.Action.GenericKey': 'descriptorValue descriptorKey',
  'envoy.config.route.v3.RateLimit.Action.HeaderValueMatch': 'descriptorKey descriptorValue expectMatch headers',
  'envoy.config.route.v3.HeaderMatcher':
    'name exactMatch safeRegexMatch rangeMatch presentMatch prefixMatch suffixMatch containsMatch stringMatch invertMatch treatMissingHeaderAsEmpty',
  'envoy.config.route.v3.QueryParameterMatcher': 'name stringMatch presentMatch',
  'envoy.config.route.v3.InternalRedirectPolicy':
    'maxInternalRedirects redirectResponseCodes predicates allowCrossSchemeRedirect responseHeadersToCopy',
  'envoy.config.route.v3.FilterConfig': 'config isOptional disabled',
  'envoy.config.core.v3.HeaderValueOption': 'header append appendAction keepEmptyValue',
  'envoy.config.core.v3.HeaderValue': 'key value rawValue',
  'envoy.config.core.v3.DataSource': 'filename inlineBytes inlineString environmentVariable watchedDirectory',
  'envoy.config.core.v3.RuntimeFractionalPercent': 'defaultValue runtimeKey',
  'envoy.config.core.v3.RuntimeDouble': 'defaultValue runtimeKey',
  'envoy.config.core.v3.Metadata': 'filterMetadata typedFilterMetadata',
  'envoy.config.core.v3.Locality': 'region zone subZone',
  'envoy.config.core.v3.TransportSocket': 'name typedConfig',
  'envoy.config.core.v3.Node':
    'id cluster metadata dynamicParameters locality userAgentName userAgentVersion userAgentBuildVersion extensions clientFeatures listeningAddresses',
  'envoy.config.core.v3.Address': 'socketAddress pipe envoyInternalAddress',
  'envoy.config.core.v3.SocketAddress':
    'protocol address portValue namedPort resolverName ipv4Compat networkNamespaceFilepath',
  'envoy.config.core.v3.Pipe': 'path mode',
  'envoy.config.core.v3.EnvoyInternalAddress': 'serverListenerName endpointId',
  'envoy.config.core.v3.CidrRange': 'addressPrefix prefixLen',
  'envoy.config.core.v3.TcpKeepalive': 'keepaliveProbes keepaliveTime keepaliveInterval',
  'envoy.config.core.v3.BindConfig':
    'sourceAddress freebind socketOptions extraSourceAddresses additionalSourceAddresses localAddressSelector',
  'envoy.config.core.v3.TypedExtensionConfig': 'name typedConfig',
  'envoy.config.core.v3.HttpProtocolOptions':
    'idleTimeout maxConnectionDuration maxHeadersCount maxResponseHeadersKb maxStreamDuration headersWithUnderscoresAction maxRequestsPerConnection',
  'envoy.config.core.v3.Http1ProtocolOptions':
    'allowAbsoluteUrl acceptHttp10 defaultHostForHttp10 headerKeyFormat enableTrailers allowChunkedLength overrideStreamErrorOnInvalidHttpMessage sendFullyQualifiedUrl useBalsaParser allowCustomMethods ignoreHttp11Upgrade',
  'envoy.config.core.v3.Http2ProtocolOptions':
    'hpackTableSize maxConcurrentStreams initialStreamWindowSize initialConnectionWindowSize allowConnect allowMetadata maxOutboundFrames maxOutboundControlFrames maxConsecutiveInboundFramesWithEmptyPayload maxInboundPriorityFramesPerStream maxInboundWindowUpdateFramesPerDataFrameSent streamErrorOnInvalidHttpMessaging overrideStreamErrorOnInvalidHttpMessage customSettingsParameters connectionKeepalive useOghttp2Codec maxMetadataSize',
  'envoy.config.core.v3.UpstreamHttpProtocolOptions': 'autoSni autoSanValidation overrideAutoSniHeader',
  'envoy.config.core.v3.GrpcService': 'envoyGrpc googleGrpc timeout initialMetadata retryPolicy',
  'envoy.config.core.v3.HttpUri': 'uri cluster timeout',
  'envoy.config.core.v3.HealthCheck':
    'timeout interval initialJitter intervalJitter intervalJitterPercent unhealthyThreshold healthyThreshold altPort reuseConnection httpHealthCheck tcpHealthCheck grpcHealthCheck customHealthCheck noTrafficInterval noTrafficHealthyInterval unhealthyInterval unhealthyEdgeInterval healthyEdgeInterval eventLogPath eventLogger eventService alwaysLogHealthCheckFailures alwaysLogHealthCheckSuccess tlsOptions transportSocketMatchCriteria',
  'envoy.config.core.v3.HealthCheck.HttpHealthCheck':
    'host path send receive responseBufferSize requestHeadersToAdd requestHeadersToRemove expectedStatuses retriableStatuses codecClientType serviceNameMatcher method',
  'envoy.config.core.v3.SubstitutionFormatString':
    'textFormat jsonFormat textFormatSource omitEmptyValues contentType formatters jsonFormatOptions',
  'envoy.type.matcher.v3.StringMatcher': 'exact prefix suffix safeRegex contains custom ignoreCase',
  'envoy.type.matcher.v3.RegexMatcher': 'googleRe2 regex',
  'envoy.type.matcher.v3.RegexMatchAndSubstitute': 'pattern substitution',
  'envoy.type.matcher.v3.ValueMatcher': 'nullMatch doubleMatch stringMatch boolMatch presentMatch listMatch orMatch',
  'envoy.type.matcher.v3.MetadataMatcher': 'filter path value invert',
  'envoy.type.matcher.v3.FilterStateMatcher': 'key stringMatch addressMatch',
  'envoy.config.listener.v3.Listener':
    'name address additionalAddresses statPrefix filterChains fcdsConfig filterChainMatcher useOriginalDst defaultFilterChain perConnectionBufferLimitBytes metadata deprecatedV1 drainType listenerFilters listenerFiltersTimeout continueOnListenerFiltersTimeout transparent freebind socketOptions tcpFastOpenQueueLength trafficDirection udpListenerConfig apiListener connectionBalanceConfig reusePort enableReusePort accessLog tcpBacklogSize maxConnectionsToAcceptPerSocketEvent bindToPort internalListener enableMptcp ignoreGlobalConnLimit bypassOverloadManager',
  'envoy.config.listener.v3.Filter': 'name typedConfig configDiscovery',
  'envoy.config.listener.v3.FilterChain':
    'filterChainMatch filters useProxyProto metadata transportSocket transportSocketConnectTimeout name',
  'envoy.config.listener.v3.FilterChainMatch':
    'destinationPort prefixRanges addressSuffix suffixLen directSourcePrefixRanges sourceType sourcePrefixRanges sourcePorts serverNames transportProtocol applicationProtocols',
  'envoy.config.listener.v3.ListenerFilter': 'name typedConfig configDiscovery filterDisabled',
  'envoy.config.listener.v3.ListenerFilterChainMatchPredicate':
    'orMatch andMatch notMatch anyMatch destinationPortRange',
  'envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector':
    'enableJa3Fingerprinting enableJa4Fingerprinting initialReadBufferSize closeConnectionOnClientHelloParsingErrors maxClientHelloSize',
  'envoy.config.cluster.v3.Cluster':
    'transportSocketMatches transportSocketMatcher name altStatName type clusterType edsClusterConfig connectTimeout perConnectionBufferLimitBytes lbPolicy loadAssignment healthChecks maxRequestsPerConnection circuitBreakers upstreamHttpProtocolOptions commonHttpProtocolOptions httpProtocolOptions http2ProtocolOptions typedExtensionProtocolOptions dnsRefreshRate dnsJitter dnsFailureRefreshRate respectDnsTtl dnsLookupFamily dnsResolvers useTcpForDnsLookups dnsResolutionConfig typedDnsResolverConfig waitForWarmOnInit outlierDetection cleanupInterval upstreamBindConfig lbSubsetConfig ringHashLbConfig maglevLbConfig originalDstLbConfig leastRequestLbConfig roundRobinLbConfig commonLbConfig transportSocket metadata protocolSelection upstreamConnectionOptions closeConnectionsOnHostHealthFailure ignoreHealthOnHostRemoval filters loadBalancingPolicy lrsServer lrsReportEndpointMetrics trackTimeoutBudgets upstreamConfig trackClusterStats preconnectPolicy connectionPoolPerDownstreamConnection',
  'envoy.config.cluster.v3.Cluster.TransportSocketMatch': 'name match transportSocket',
  'envoy.config.cluster.v3.Cluster.CustomClusterType': 'name typedConfig',
  'envoy.config.cluster.v3.Cluster.EdsClusterConfig': 'edsConfig serviceName',
  'envoy.config.cluster.v3.Cluster.LbSubsetConfig':
    'fallbackPolicy defaultSubset subsetSelectors localityWeightAware scaleLocalityWeight panicModeAny listAsAny metadataFallbackPolicy',
  'envoy.config.cluster.v3.Cluster.LbSubsetConfig.LbSubsetSelector':
    'keys singleHostPerSubset fallbackPolicy fallbackKeysSubset',
  'envoy.config.cluster.v3.Cluster.SlowStartConfig': 'slowStartWindow aggression minWeightPercent',
  'envoy.config.cluster.v3.Cluster.RoundRobinLbConfig': 'slowStartConfig',
  'envoy.config.cluster.v3.Cluster.LeastRequestLbConfig': 'choiceCount activeRequestBias slowStartConfig',
  'envoy.config.cluster.v3.Cluster.RingHashLbConfig': 'minimumRingSize hashFunction maximumRingSize',
  'envoy.config.cluster.v3.Cluster.MaglevLbConfig': 'tableSize',
  'envoy.config.cluster.v3.Cluster.OriginalDstLbConfig':
    'useHttpHeader httpHeaderName upstreamPortOverride metadataKey',
  'envoy.config.cluster.v3.Cluster.CommonLbConfig':
    'healthyPanicThreshold zoneAwareLbConfig localityWeightedLbConfig updateMergeWindow ignoreNewHostsUntilFirstHc closeConnectionsOnHostSetChange consistentHashingLbConfig overrideHostStatus',
  'envoy.config.cluster.v3.Cluster.CommonLbConfig.ZoneAwareLbConfig':
    'routingEnabled minClusterSize failTrafficOnPanic',
  'envoy.config.cluster.v3.Cluster.CommonLbConfig.ConsistentHashingLbConfig': 'useHostnameForHashing hashBalanceFactor',
  'envoy.config.cluster.v3.UpstreamConnectionOptions':
    'tcpKeepalive setLocalInterfaceNameOnUpstreamConnections happyEyeballsConfig',
  'envoy.config.cluster.v3.CircuitBreakers': 'thresholds perHostThresholds',
  'envoy.config.cluster.v3.CircuitBreakers.Thresholds':
    'priority maxConnections maxPendingRequests maxRequests maxRetries retryBudget trackRemaining maxConnectionPools',
  'envoy.config.cluster.v3.CircuitBreakers.Thresholds.RetryBudget': 'budgetPercent minRetryConcurrency',
  'envoy.config.cluster.v3.OutlierDetection':
    'consecutive5xx interval baseEjectionTime maxEjectionPercent enforcingConsecutive5xx enforcingSuccessRate successRateMinimumHosts successRateRequestVolume successRateStdevFactor consecutiveGatewayFailure enforcingConsecutiveGatewayFailure splitExternalLocalOriginErrors consecutiveLocalOriginFailure enforcingConsecutiveLocalOriginFailure enforcingLocalOriginSuccessRate failurePercentageThreshold enforcingFailurePercentage enforcingFailurePercentageLocalOrigin failurePercentageMinimumHosts failurePercentageRequestVolume maxEjectionTime maxEjectionTimeJitter successfulActiveHealthCheckUnejectHost monitors alwaysEjectOneHost',
  'envoy.config.cluster.v3.Filter': 'name typedConfig configDiscovery',
  'envoy.config.endpoint.v3.ClusterLoadAssignment': 'clusterName endpoints namedEndpoints policy',
  'envoy.config.endpoint.v3.ClusterLoadAssignment.Policy':
    'dropOverloads overprovisioningFactor endpointStaleAfter weightedPriorityHealth',
  'envoy.config.endpoint.v3.LocalityLbEndpoints':
    'locality metadata lbEndpoints loadBalancerEndpoints ledsClusterLocalityConfig loadBalancingWeight priority proximity',
  'envoy.config.endpoint.v3.LbEndpoint': 'endpoint endpointName healthStatus metadata loadBalancingWeight',
  'envoy.config.endpoint.v3.Endpoint': 'address healthCheckConfig hostname additionalAddresses',
  'envoy.extensions.upstreams.http.v3.HttpProtocolOptions':
    'commonHttpProtocolOptions upstreamHttpProtocolOptions explicitHttpConfig useDownstreamProtocolConfig autoConfig httpFilters headerValidationConfig outlierDetection requestMirrorPolicies hashPolicy retryPolicy',
  'envoy.extensions.upstreams.http.v3.HttpProtocolOptions.ExplicitHttpConfig':
    'httpProtocolOptions http2ProtocolOptions http3ProtocolOptions',
  'envoy.extensions.upstreams.http.v3.HttpProtocolOptions.UseDownstreamHttpConfig':
    'httpProtocolOptions http2ProtocolOptions http3ProtocolOptions',
  'envoy.extensions.upstreams.http.v3.HttpProtocolOptions.AutoHttpConfig':
    'httpProtocolOptions http2ProtocolOptions http3ProtocolOptions alternateProtocolsCacheOptions',
  'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager':
    'codecType statPrefix rds routeConfig scopedRoutes httpFilters addUserAgent tracing commonHttpProtocolOptions http1SafeMaxConnectionDuration httpProtocolOptions http2ProtocolOptions http3ProtocolOptions serverName serverHeaderTransformation schemeHeaderTransformation maxRequestHeadersKb streamIdleTimeout streamFlushTimeout requestTimeout requestHeadersTimeout drainTimeout delayedCloseTimeout accessLog accessLogFlushInterval flushAccessLogOnNewRequest accessLogOptions useRemoteAddress xffNumTrustedHops originalIpDetectionExtensions earlyHeaderMutationExtensions internalAddressConfig skipXffAppend via generateRequestId preserveExternalRequestId alwaysSetRequestIdInResponse forwardClientCertDetails setCurrentClientCertDetails forwardClientCertMatcher proxy100Continue representIpv4RemoteAddressAsIpv4MappedIpv6 upgradeConfigs normalizePath mergeSlashes pathWithEscapedSlashesAction requestIdExtension localReplyConfig stripMatchingHostPort stripAnyHostPort streamErrorOnInvalidHttpMessage pathNormalizationOptions stripTrailingHostDot proxyStatusConfig typedHeaderValidationConfig appendXForwardedPort appendLocalOverload addProxyProtocolConnectionState',
  'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.Tracing':
    'clientSampling randomSampling overallSampling verbose maxPathTagLength customTags provider spawnUpstreamSpan operation upstreamOperation',
  'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.SetCurrentClientCertDetails':
    'subject cert chain dns uri',
  'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.UpgradeConfig':
    'upgradeType filters enabled',
  'envoy.extensions.filters.network.http_connection_manager.v3.Rds': 'configSource routeConfigName',
  'envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter':
    'name typedConfig configDiscovery isOptional disabled',
  'envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy':
    'statPrefix cluster weightedClusters onDemand metadataMatch idleTimeout downstreamIdleTimeout upstreamIdleTimeout accessLog maxConnectAttempts backoffOptions hashPolicy tunnelingConfig maxDownstreamConnectionDuration maxDownstreamConnectionDurationJitterPercentage accessLogFlushInterval flushAccessLogOnConnected accessLogOptions proxyProtocolTlvs upstreamConnectMode maxEarlyDataBytes',
  'envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy.WeightedCluster': 'clusters',
  'envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy.WeightedCluster.ClusterWeight': 'name weight metadataMatch',
  'envoy.extensions.filters.network.rbac.v3.RBAC':
    'rules matcher shadowRules shadowMatcher shadowRulesStatPrefix statPrefix enforcementType delayDeny',
  'envoy.extensions.filters.network.ext_authz.v3.ExtAuthz':
    'statPrefix grpcService failureModeAllow includePeerCertificate transportApiVersion filterEnabledMetadata bootstrapMetadataLabelsKey includeTlsSession sendTlsAlertOnDenial metadataContextNamespaces typedMetadataContextNamespaces',
  'envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext':
    'commonTlsContext sni autoHostSni autoSniSanValidation allowRenegotiation maxSessionKeys enforceRsaKeyUsage',
  'envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext':
    'commonTlsContext requireClientCertificate requireSni sessionTicketKeys sessionTicketKeysSdsSecretConfig disableStatelessSessionResumption disableStatefulSessionResumption sessionTimeout ocspStaplePolicy fullScanCertsOnSniMismatch preferClientCiphers',
  'envoy.extensions.transport_sockets.tls.v3.CommonTlsContext':
    'tlsParams tlsCertificates tlsCertificateSdsSecretConfigs tlsCertificateProviderInstance customTlsCertificateSelector tlsCertificateCertificateProvider tlsCertificateCertificateProviderInstance validationContext validationContextSdsSecretConfig combinedValidationContext validationContextCertificateProvider validationContextCertificateProviderInstance alpnProtocols customHandshaker keyLog',
  'envoy.extensions.transport_sockets.tls.v3.CommonTlsContext.CombinedCertificateValidationContext':
    'defaultValidationContext validationContextSdsSecretConfig validationContextCertificateProvider validationContextCertificateProviderInstance',
  'envoy.extensions.transport_sockets.tls.v3.TlsParameters':
    'tlsMinimumProtocolVersion tlsMaximumProtocolVersion cipherSuites ecdhCurves signatureAlgorithms compliancePolicies',
  'envoy.extensions.transport_sockets.tls.v3.TlsCertificate':
    'certificateChain privateKey pkcs12 watchedDirectory privateKeyProvider password ocspStaple signedCertificateTimestamp',
  'envoy.extensions.transport_sockets.tls.v3.SubjectAltNameMatcher': 'sanType matcher oid',
  'envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext':
    'trustedCa caCertificateProviderInstance systemRootCerts watchedDirectory verifyCertificateSpki verifyCertificateHash matchTypedSubjectAltNames matchSubjectAltNames requireSignedCertificateTimestamp crl allowExpiredCertificate trustChainVerification customValidatorConfig onlyVerifyLeafCertCrl maxVerifyDepth',
  'envoy.extensions.transport_sockets.tls.v3.SdsSecretConfig': 'name sdsConfig',
  'envoy.extensions.transport_sockets.tls.v3.Secret':
    'name tlsCertificate sessionTicketKeys validationContext genericSecret',
  'envoy.config.accesslog.v3.AccessLog': 'name filter typedConfig',
  'envoy.extensions.access_loggers.file.v3.FileAccessLog': 'path format jsonFormat typedJsonFormat logFormat',
  'envoy.extensions.access_loggers.stream.v3.StdoutAccessLog': 'logFormat',
  'envoy.extensions.access_loggers.stream.v3.StderrAccessLog': 'logFormat',
  'envoy.config.rbac.v3.RBAC': 'action policies auditLoggingOptions',
  'envoy.config.rbac.v3.Policy': 'permissions principals condition checkedCondition celConfig',
  'envoy.config.rbac.v3.Permission':
    'andRules orRules any header urlPath destinationIp destinationPort destinationPortRange metadata notRule requestedServerName matcher uriTemplate sourcedMetadata',
  'envoy.config.rbac.v3.Principal':
    'andIds orIds any authenticated sourceIp directRemoteIp remoteIp header urlPath metadata filterState notId sourcedMetadata custom',
  'envoy.config.rbac.v3.Principal.Authenticated': 'principalName',
  'envoy.extensions.filters.http.rbac.v3.RBAC':
    'rules rulesStatPrefix matcher shadowRules shadowMatcher shadowRulesStatPrefix trackPerRuleStats',
  'envoy.extensions.filters.http.rbac.v3.RBACPerRoute': 'rbac',
  'envoy.extensions.filters.http.fault.v3.HTTPFault':
    'delay abort upstreamCluster headers downstreamNodes maxActiveFaults responseRateLimit delayPercentRuntime abortPercentRuntime delayDurationRuntime abortHttpStatusRuntime maxActiveFaultsRuntime responseRateLimitPercentRuntime abortGrpcStatusRuntime disableDownstreamClusterStats filterMetadata',
  'envoy.extensions.filters.http.fault.v3.FaultAbort': 'httpStatus grpcStatus headerAbort percentage',
  'envoy.extensions.filters.common.fault.v3.FaultDelay': 'fixedDelay headerDelay percentage',
  'envoy.extensions.filters.http.cors.v3.CorsPolicy':
    'allowOriginStringMatch allowMethods allowHeaders exposeHeaders maxAge allowCredentials filterEnabled shadowEnabled allowPrivateNetworkAccess forwardNotMatchingPreflights',
  'envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication':
    'providers rules filterStateRules bypassCorsPreflight requirementMap stripFailureResponse statPrefix',
  'envoy.extensions.filters.http.jwt_authn.v3.JwtProvider':
    'issuer audiences subjects requireExpiration maxLifetime remoteJwks localJwks forward fromHeaders fromParams fromCookies forwardPayloadHeader padForwardPayloadHeader payloadInMetadata normalizePayloadInMetadata headerInMetadata failedStatusInMetadata clockSkewSeconds jwtCacheConfig claimToHeaders clearRouteCache',
  'envoy.extensions.filters.http.jwt_authn.v3.JwtProvider.NormalizePayload': 'spaceDelimitedClaims',
  'envoy.extensions.filters.http.jwt_authn.v3.RemoteJwks': 'httpUri cacheDuration asyncFetch retryPolicy',
  'envoy.extensions.filters.http.jwt_authn.v3.JwtHeader': 'name valuePrefix',
  'envoy.extensions.filters.http.jwt_authn.v3.JwtRequirement':
    'providerName providerAndAudiences requiresAny requiresAll allowMissingOrFailed allowMissing',
  'envoy.extensions.filters.http.jwt_authn.v3.ProviderWithAudiences': 'providerName audiences',
  'envoy.extensions.filters.http.jwt_authn.v3.RequirementRule': 'match requires requirementName',
  'envoy.extensions.filters.http.jwt_authn.v3.PerRouteConfig': 'disabled requirementName',
  'envoy.extensions.filters.http.jwt_authn.v3.JwtClaimToHeader': 'headerName claimName',
  'envoy.extensions.filters.http.ext_authz.v3.ExtAuthz':
    'grpcService httpService transportApiVersion failureModeAllow failureModeAllowHeaderAdd withRequestBody clearRouteCache statusOnError validateMutations metadataContextNamespaces typedMetadataContextNamespaces routeMetadataContextNamespaces routeTypedMetadataContextNamespaces filterEnabled filterEnabledMetadata denyAtDisable includePeerCertificate statPrefix bootstrapMetadataLabelsKey allowedHeaders disallowedHeaders includeTlsSession chargeClusterResponseStats encodeRawHeaders decoderHeaderMutationRules enableDynamicMetadataIngestion filterMetadata emitFilterStateStats maxDeniedResponseBodyBytes enforceResponseHeaderLimits',
  'envoy.extensions.filters.http.ext_authz.v3.HttpService':
    'serverUri pathPrefix authorizationRequest authorizationResponse retryPolicy',
  'envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit':
    'statPrefix status tokenBucket filterEnabled filterEnforced requestHeadersToAddWhenNotEnforced responseHeadersToAdd descriptors stage localRateLimitPerDownstreamConnection localClusterRateLimit enableXRatelimitHeaders vhRateLimits alwaysConsumeDefaultTokenBucket rateLimitedAsResourceExhausted rateLimits maxDynamicDescriptors',
  'envoy.extensions.filters.http.ratelimit.v3.RateLimit':
    'domain stage requestType timeout failureModeDeny rateLimitedAsResourceExhausted rateLimitService enableXRatelimitHeaders disableXEnvoyRatelimitedHeader rateLimitedStatus responseHeadersToAdd statusOnError statPrefix filterEnabled filterEnforced failureModeDenyPercent rateLimits',
  'envoy.config.ratelimit.v3.RateLimitServiceConfig': 'grpcService transportApiVersion',
  'envoy.extensions.filters.http.buffer.v3.Buffer': 'maxRequestBytes',
  'envoy.extensions.filters.http.buffer.v3.BufferPerRoute': 'disabled buffer',
  'envoy.extensions.filters.http.router.v3.Router':
    'dynamicStats startChildSpan upstreamLog upstreamLogOptions suppressEnvoyHeaders strictCheckHeaders respectExpectedRqTimeout suppressGrpcRequestFailureCodeStats upstreamHttpFilters',
  'envoy.type.v3.TokenBucket': 'maxTokens tokensPerFill fillInterval',
  'envoy.type.v3.Percent': 'value',
  'envoy.type.v3.FractionalPercent': 'numerator denominator',
  'envoy.config.bootstrap.v3.Bootstrap':
    'node nodeContextParams staticResources dynamicResources clusterManager hdsConfig flagsPath statsSinks deferredStatOptions statsConfig statsFlushInterval statsFlushOnAdmin statsEvictionInterval watchdog watchdogs tracing layeredRuntime admin overloadManager enableDispatcherStats headerPrefix statsServerVersionOverride useTcpForDnsLookups dnsResolutionConfig typedDnsResolverConfig bootstrapExtensions fatalActions configSources defaultConfigSource defaultSocketInterface certificateProviderInstances inlineHeaders perfTracingFilePath defaultRegexEngine xdsDelegateExtension xdsConfigTrackerExtension listenerManager applicationLogConfig grpcAsyncClientManagerConfig memoryAllocatorManager',
  'envoy.config.bootstrap.v3.Bootstrap.StaticResources': 'listeners clusters secrets',
  'envoy.config.bootstrap.v3.Admin':
    'accessLog accessLogPath profilePath address socketOptions ignoreGlobalConnLimit allowPaths',
  'envoy.extensions.clusters.aggregate.v3.ClusterConfig': 'clusters',
  'envoy.extensions.retry.host.omit_host_metadata.v3.OmitHostMetadataConfig': 'metadataMatch',
  'envoy.extensions.retry.priority.previous_priorities.v3.PreviousPrioritiesConfig': 'updateFrequency',
  'envoy.extensions.path.match.uri_template.v3.UriTemplateMatchConfig': 'pathTemplate',
  'envoy.extensions.path.rewrite.uri_template.v3.UriTemplateRewriteConfig': 'pathTemplateRewrite',
} as const;

/** The full name of an upstream message. */
export type MessageName = keyof typeof FIELD_NAMES;

const fieldSets = new Map<string, ReadonlySet<string>>(
  Object.entries(FIELD_NAMES).map(([name, fields]) => [name, new Set(fields.split(' '))]),
);

/** Whether the message has a field of this camelCase name. */
export function hasField(message: MessageName, field: string): boolean {
  return fieldSets.get(message)?.has(field) ?? false;
}
