//! Made by aqua 0.1.0 from program.aqua. Changes are lost when it is made again.

#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Answer {
    pub certainty: aqua_client::AquaOption<f64>,
    pub text: String,
    #[serde(rename = "type")]
    pub type_: Vec<u8>,
}

/// Keeps what happened.
pub trait Journal: Send + Sync + 'static {
    fn answers(&self) -> impl Future<Output = Result<Vec<aqua_client::AquaOption<Answer>>, String>> + Send;
    fn clear(&self) -> impl Future<Output = Result<(), String>> + Send;
    /// Writes a line; gives its number.
    fn note(&self, line: String, importance: aqua_client::AquaOption<u8>) -> impl Future<Output = Result<u32, String>> + Send;
}

/// Answers calls of this service to the caller's own peer. Programs call it `journal` unless they say otherwise.
pub fn register_journal(caller: &mut aqua_client::Caller, id: &str, service: impl Journal) {
    let service = std::sync::Arc::new(service);
    {
        let service = service.clone();
        caller.serve(id, "answers", move |(): ()| {
            let service = service.clone();
            async move { service.answers().await }
        });
    }
    {
        let service = service.clone();
        caller.serve(id, "clear", move |(): ()| {
            let service = service.clone();
            async move { service.clear().await }
        });
    }
    {
        caller.serve(id, "note", move |(line, importance): (String, aqua_client::AquaOption<u8>)| {
            let service = service.clone();
            async move { service.note(line, importance).await }
        });
    }
}

/// Adds two numbers.
pub async fn sum(caller: &aqua_client::Caller, a: u32, b: u32) -> Result<u32, aqua_client::CallError>
{
    const SCRIPT: &str = r#"(xor
 (seq
  (seq
   (seq
    (call %init_peer_id% ("getDataSrv" "-relay-") [] -relay-)
    (call %init_peer_id% ("getDataSrv" "a") [] -a-arg-)
   )
   (seq
    (call %init_peer_id% ("getDataSrv" "b") [] -b-arg-)
    (call %init_peer_id% ("math" "add") [-a-arg- -b-arg-] add)
   )
  )
  (call %init_peer_id% ("callbackSrv" "response") [add])
 )
 (call %init_peer_id% ("errorHandlingSrv" "error") [:error: 0])
)
"#;
    caller
        .call(SCRIPT)
        .argument("a", a)
        .argument("b", b)
        .result()
        .await
}

/// Asks a question, then asks again with the first answer.
pub async fn ask<AnswerFn, AnswerAnswer>(caller: &aqua_client::Caller, question: String, answer: AnswerFn) -> Result<Answer, aqua_client::CallError>
where
    AnswerFn: Fn(String, u8) -> AnswerAnswer + Send + Sync + 'static,
    AnswerAnswer: Future<Output = Result<Answer, String>> + Send + 'static,
{
    const SCRIPT: &str = r#"(xor
 (seq
  (seq
   (seq
    (call %init_peer_id% ("getDataSrv" "-relay-") [] -relay-)
    (call %init_peer_id% ("getDataSrv" "question") [] -question-arg-)
   )
   (seq
    (xor
     (seq
      (call %init_peer_id% ("callbackSrv" "answer") [-question-arg- 1] init_call_res)
      (new $-hop-
       (new #-hopc-
        (canon -relay- $-hop- #-hopc-)
       )
      )
     )
     (fail :error:)
    )
    (xor
     (call %init_peer_id% ("callbackSrv" "answer") [init_call_res.$.text 2] init_call_res-0)
     (fail :error:)
    )
   )
  )
  (call %init_peer_id% ("callbackSrv" "response") [init_call_res-0])
 )
 (call %init_peer_id% ("errorHandlingSrv" "error") [:error: 0])
)
"#;
    caller
        .call(SCRIPT)
        .argument("question", question)
        .callback("answer", move |(arg0, arg1): (String, u8)| answer(arg0, arg1))
        .result()
        .await
}

pub async fn both(caller: &aqua_client::Caller, left: String, peer: aqua_client::AquaOption<String>, config: Vec<Answer>) -> Result<(String, aqua_client::AquaOption<Answer>), aqua_client::CallError>
{
    const SCRIPT: &str = r#"(xor
 (new $found-0
  (seq
   (seq
    (seq
     (seq
      (call %init_peer_id% ("getDataSrv" "-relay-") [] -relay-)
      (call %init_peer_id% ("getDataSrv" "left") [] -left-arg-)
     )
     (seq
      (call %init_peer_id% ("getDataSrv" "peer") [] -peer-arg-)
      (call %init_peer_id% ("getDataSrv" "config") [] -config-arg-)
     )
    )
    (seq
     (seq
      (call %init_peer_id% ("cmp" "gt") [-config-arg-.length 0] gt)
      (new if-error
       (xor
        (match gt true
         (ap -config-arg-.$.[0] $found-0)
        )
        (seq
         (ap :error: if-error)
         (xor
          (match :error:.$.error_code 10001
           (null)
          )
          (fail if-error)
         )
        )
       )
      )
     )
     (seq
      (canon %init_peer_id% $found-0 #found-1)
      (ap #found-1 flat)
     )
    )
   )
   (call %init_peer_id% ("callbackSrv" "response") [-left-arg- flat])
  )
 )
 (call %init_peer_id% ("errorHandlingSrv" "error") [:error: 0])
)
"#;
    caller
        .call(SCRIPT)
        .argument("left", left)
        .argument("peer", peer)
        .argument("config", config)
        .results()
        .await
}

/// Writes to the journal, once with and once without importance.
pub async fn record(caller: &aqua_client::Caller, line: String) -> Result<Vec<u32>, aqua_client::CallError>
{
    const SCRIPT: &str = r#"(xor
 (seq
  (seq
   (seq
    (call %init_peer_id% ("getDataSrv" "-relay-") [] -relay-)
    (call %init_peer_id% ("getDataSrv" "line") [] -line-arg-)
   )
   (seq
    (new $option-0
     (seq
      (xor
       (ap 3 $option-0)
       (null)
      )
      (canon %init_peer_id% $option-0 #option-1)
     )
    )
    (call %init_peer_id% ("journal" "note") [-line-arg- #option-1] ret)
   )
  )
  (seq
   (seq
    (call %init_peer_id% ("journal" "note") [-line-arg- []] ret-0)
    (new $array-0
     (seq
      (seq
       (ap ret $array-0)
       (ap ret-0 $array-0)
      )
      (canon %init_peer_id% $array-0 #array-1)
     )
    )
   )
   (call %init_peer_id% ("callbackSrv" "response") [#array-1])
  )
 )
 (call %init_peer_id% ("errorHandlingSrv" "error") [:error: 0])
)
"#;
    caller
        .call(SCRIPT)
        .argument("line", line)
        .result()
        .await
}

/// Its name is a word of other languages.
pub async fn delete(caller: &aqua_client::Caller, type_: bool) -> Result<bool, aqua_client::CallError>
{
    const SCRIPT: &str = r#"(xor
 (seq
  (seq
   (call %init_peer_id% ("getDataSrv" "-relay-") [] -relay-)
   (call %init_peer_id% ("getDataSrv" "type") [] -type-arg-)
  )
  (seq
   (xor
    (match -type-arg- true
     (ap false not)
    )
    (ap true not)
   )
   (call %init_peer_id% ("callbackSrv" "response") [not])
  )
 )
 (call %init_peer_id% ("errorHandlingSrv" "error") [:error: 0])
)
"#;
    caller
        .call(SCRIPT)
        .argument("type", type_)
        .result()
        .await
}

/// Computes on the relay.
pub async fn far(caller: &aqua_client::Caller, word: String) -> Result<String, aqua_client::CallError>
{
    const SCRIPT: &str = r#"(xor
 (seq
  (seq
   (call %init_peer_id% ("getDataSrv" "-relay-") [] -relay-)
   (call %init_peer_id% ("getDataSrv" "word") [] -word-arg-)
  )
  (seq
   (xor
    (call -relay- ("op" "concat_strings") [-word-arg- -word-arg-] ret)
    (fail :error:)
   )
   (call %init_peer_id% ("callbackSrv" "response") [ret])
  )
 )
 (call %init_peer_id% ("errorHandlingSrv" "error") [:error: 0])
)
"#;
    caller
        .call(SCRIPT)
        .argument("word", word)
        .result()
        .await
}

/// Gives nothing.
pub async fn tell<ListenerFn, ListenerAnswer>(caller: &aqua_client::Caller, listener: ListenerFn) -> Result<(), aqua_client::CallError>
where
    ListenerFn: Fn(String) -> ListenerAnswer + Send + Sync + 'static,
    ListenerAnswer: Future<Output = Result<(), String>> + Send + 'static,
{
    const SCRIPT: &str = r#"(xor
 (seq
  (seq
   (call %init_peer_id% ("getDataSrv" "-relay-") [] -relay-)
   (xor
    (call %init_peer_id% ("callbackSrv" "listener") ["told"])
    (fail :error:)
   )
  )
  (call %init_peer_id% ("callbackSrv" "response") [])
 )
 (call %init_peer_id% ("errorHandlingSrv" "error") [:error: 0])
)
"#;
    caller
        .call(SCRIPT)
        .callback("listener", move |(arg0,): (String,)| listener(arg0))
        .run()
        .await
}
