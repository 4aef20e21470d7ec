//! Starting, ending and restarting a real process, here a stand-in for the program.

use std::os::unix::process::ExitStatusExt;

use testkit::Launch;

fn stub() -> Launch {
    Launch::new(env!("CARGO_BIN_EXE_testkit-stub")).setting("STUB_COLOUR", "green")
}

#[tokio::test]
async fn a_started_program_is_ready_and_drains_when_asked_to_end() {
    let running = stub().start().await;
    running.wait_for_stdout("colour green, postgres unset").await;
    running.wait_for_stderr(&format!("doors open on {}", running.address())).await;
    assert_ne!(running.address(), running.ops_address());
    running.terminate();
    let ended = running.end().await;
    assert!(ended.status.success(), "{}", ended.status);
    assert!(ended.stderr.ends_with("drained\n"), "{}", ended.stderr);
}

#[tokio::test]
async fn a_killed_program_drains_nothing_and_restarts_on_the_same_data_and_ports() {
    let running = stub().start().await;
    let (address, data_dir) = (running.address(), running.data_dir().to_owned());
    std::fs::write(data_dir.join("kept"), b"x").expect("the data folder is there");
    let ended = running.kill().await;
    assert_eq!(ended.status.signal(), Some(9));
    assert!(!ended.stderr.contains("drained"));

    let again = ended.launch.start().await;
    assert_eq!(again.address(), address);
    assert!(again.data_dir().join("kept").exists());
    again.kill().await;
}

#[tokio::test]
async fn a_failing_start_shows_what_the_program_said() {
    let ended = stub().arguments(["brew"]).spawn().end().await;
    assert_eq!((ended.status.code(), ended.stderr.as_str()), (Some(2), "usage: testkit-stub serve\n"));
    let output = stub().run(["brew"]).await;
    assert_eq!(output.status.code(), Some(2));
}

#[tokio::test]
#[should_panic(expected = "usage: testkit-stub serve")]
async fn waiting_for_a_program_that_ended_fails_with_its_log() {
    stub().arguments(["brew"]).start().await;
}
