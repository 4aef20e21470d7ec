//! The way to captcha services: one HTTPS request, one connection, closed afterwards. They are asked seldom and each answer
//! is small, so nothing is kept open.

use std::sync::Arc;

use http::{Request, Uri, header};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use intake::guard::captcha::CaptchaRequest;
use intake::{Asked, CaptchaTransport};
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

/// The longest answer that is read.
const LONGEST: usize = 64 * 1024;

/// Asks captcha services from this node.
pub(crate) struct CaptchaClient {
    tls: TlsConnector,
    instead: Option<Uri>,
}

impl CaptchaClient {
    /// `instead` takes the place of every service's address, but for its path.
    pub(crate) fn new(instead: Option<&str>) -> Result<Self, String> {
        let instead = instead.filter(|url| !url.is_empty()).map(|url| match url.parse::<Uri>() {
            Ok(uri) if uri.host().is_some() && matches!(uri.scheme_str(), Some("http" | "https")) => Ok(uri),
            _ => Err(format!("{url} is no http:// or https:// address")),
        });
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|e| e.to_string())?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Self { tls: TlsConnector::from(Arc::new(config)), instead: instead.transpose()? })
    }

    async fn send(&self, request: CaptchaRequest) -> Result<(u16, String), Box<dyn std::error::Error + Send + Sync>> {
        let url: Uri = request.url.parse()?;
        let to = self.instead.as_ref().unwrap_or(&url);
        let host = to.host().unwrap_or_default().trim_matches(['[', ']']).to_owned();
        let secure = to.scheme_str() == Some("https");
        let port = to.port_u16().unwrap_or(if secure { 443 } else { 80 });
        let stream = TcpStream::connect((host.as_str(), port)).await?;
        let mut asked = Request::post(url.path())
            .header(header::HOST, to.authority().map_or("", |a| a.as_str()))
            .header(header::CONTENT_TYPE, request.content_type);
        if let Some((name, value)) = &request.header {
            asked = asked.header(*name, value);
        }
        let asked = asked.body(Full::new(Bytes::from(request.body)))?;
        if secure {
            let name = ServerName::try_from(host)?;
            exchange(self.tls.connect(name, stream).await?, asked).await
        } else {
            exchange(stream, asked).await
        }
    }
}

async fn exchange(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    request: Request<Full<Bytes>>,
) -> Result<(u16, String), Box<dyn std::error::Error + Send + Sync>> {
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    let talk = async {
        let answer = sender.send_request(request).await?;
        let status = answer.status().as_u16();
        let body = Limited::new(answer.into_body(), LONGEST).collect().await?.to_bytes();
        Ok((status, String::from_utf8_lossy(&body).into_owned()))
    };
    let mut connection = std::pin::pin!(connection);
    let mut talk = std::pin::pin!(talk);
    let mut closed = false;
    loop {
        tokio::select! {
            answer = &mut talk => return answer,
            _ = &mut connection, if !closed => closed = true,
        }
    }
}

impl CaptchaTransport for CaptchaClient {
    fn post(&self, request: CaptchaRequest) -> Asked<'_> {
        Box::pin(async move { self.send(request).await.ok() })
    }
}
