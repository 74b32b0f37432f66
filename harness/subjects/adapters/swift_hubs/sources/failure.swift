import Foundation
import Hub
import HuggingFace

/// What an error of these clients means in the protocol's closed words; by its type and numbers, never by its text.
func kind(of error: any Error) -> String {
    switch error {
    case is CancellationError: return "cancelled"
    case let error as Hub.HubClientError: return kind(of: error)
    case let error as HubApi.EnvironmentError: return kind(of: error)
    case HTTPClientError.responseError(let response, _): return kind(ofStatus: response.statusCode)
    case let error as URLError: return error.code == .cancelled ? "cancelled" : "network"
    default: return kind(ofSystem: error as NSError)
    }
}

private func kind(of error: Hub.HubClientError) -> String {
    switch error {
    case .authorizationRequired: return "unauthorized"
    case .httpStatusCode(let status): return kind(ofStatus: status)
    case .fileNotFound, .resourceNotFound: return "repository-not-found"
    case .networkError: return "network"
    case .fileSystemError(let cause): return kind(ofSystem: cause as NSError)
    default: return "internal"
    }
}

private func kind(of error: HubApi.EnvironmentError) -> String {
    switch error {
    case .offlineModeError: return "offline"
    case .fileIntegrityError: return "integrity"
    default: return "internal"
    }
}

private func kind(ofStatus status: Int) -> String {
    switch status {
    case 401: return "unauthorized"
    case 403: return "gated"
    case 404: return "repository-not-found"
    case 429: return "rate-limited"
    case 500...: return "hub-unavailable"
    default: return "internal"
    }
}

/// Foundation wraps the system's own error, sometimes more than once.
private func kind(ofSystem error: NSError) -> String {
    switch (error.domain, error.code) {
    case (NSPOSIXErrorDomain, Int(ENOSPC)), (NSPOSIXErrorDomain, Int(EDQUOT)),
        (NSPOSIXErrorDomain, Int(EFBIG)),
        (NSCocoaErrorDomain, CocoaError.Code.fileWriteOutOfSpace.rawValue):
        return "disk-full"
    case (NSPOSIXErrorDomain, Int(EACCES)), (NSPOSIXErrorDomain, Int(EPERM)),
        (NSPOSIXErrorDomain, Int(EROFS)),
        (NSCocoaErrorDomain, CocoaError.Code.fileWriteNoPermission.rawValue),
        (NSCocoaErrorDomain, CocoaError.Code.fileReadNoPermission.rawValue),
        (NSCocoaErrorDomain, CocoaError.Code.fileWriteVolumeReadOnly.rawValue):
        return "access-denied"
    case (NSPOSIXErrorDomain, Int(EIO)):
        return "disk-io"
    default:
        guard let cause = error.userInfo[NSUnderlyingErrorKey] as? NSError else {
            return "internal"
        }
        return kind(ofSystem: cause)
    }
}
